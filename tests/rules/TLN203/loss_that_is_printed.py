"""The test sums a loss up and prints it."""

import torch
import torch.nn.functional as F
from torch import nn


def test(model, loader):
    model.eval()
    test_loss, correct = 0, 0
    with torch.no_grad():
        for x, y in loader:
            output = model(x)
            test_loss += F.nll_loss(output, y, reduction="sum").item()  # TLN203
            correct += (output.argmax(1) == y).sum().item()
        test_loss /= len(loader)
    print(test_loss)
    return 100.0 * correct / len(loader)


model = nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Linear(16, 3))
print(test(model, [(torch.randn(4, 8), torch.zeros(4, dtype=torch.long))]))
