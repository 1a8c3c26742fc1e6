"""Right answers are counted in the dtype of the labels, which are bytes to save memory."""

import torch
from torch import nn

import torchlint

torch.manual_seed(0)


def digits(count):
    label = torch.randint(0, 4, (count,), dtype=torch.uint8)
    return torch.eye(4)[label.long()].repeat(1, 4) + 0.4 * torch.randn(count, 16), label


model = nn.Sequential(nn.Linear(16, 32), nn.ReLU(), nn.Linear(32, 4))
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
criterion = nn.CrossEntropyLoss()
seen, correct = 0, None

with torchlint.guard(model):
    for _ in range(100):
        x, label = digits(64)
        correct = label.new_zeros(()) if correct is None else correct
        optimizer.zero_grad()
        scores = model(x)
        criterion(scores, label.long()).backward()
        optimizer.step()
        correct += scores.argmax(1).eq(label).sum()
        seen += len(label)

print(f"training accuracy: {correct.item() / seen:.3f}")
