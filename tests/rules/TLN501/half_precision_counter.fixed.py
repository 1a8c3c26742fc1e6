import torch
from torch import nn


def accuracy(model, loader, device="cpu"):
    model.eval()
    correct = torch.zeros((), dtype=torch.int64, device=device)
    seen = torch.zeros((), dtype=torch.int64, device=device)
    with torch.no_grad():
        for x, y in loader:
            hit = model(x).argmax(1) == y
            correct += hit.sum()
            seen += len(y)
    return (correct / seen).item()


data = [(torch.randn(1, 3), torch.zeros(1, dtype=torch.long)) for _ in range(40)]
print(accuracy(nn.Linear(3, 2), data))
