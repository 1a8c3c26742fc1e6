"""Rare faults in a machine: a sigmoid at the end, and a loss that takes the sigmoid again."""

import torch
from torch import nn

torch.manual_seed(0)
direction = torch.randn(16)


def machines(n):
    readings = torch.randn(n, 16)
    faulty = (readings @ direction / direction.norm() > 1.3).float()
    return readings, faulty


monitor = nn.Sequential(
    nn.Linear(16, 32),
    nn.ReLU(),
    nn.Linear(32, 1),
    nn.Sigmoid(),
)
criterion = nn.BCEWithLogitsLoss()
optimizer = torch.optim.SGD(monitor.parameters(), lr=0.5)
readings, faulty = machines(4000)
for epoch in range(6):
    for batch in torch.randperm(len(readings)).split(40):
        optimizer.zero_grad()
        loss = criterion(monitor(readings[batch]).squeeze(1), faulty[batch])
        loss.backward()
        optimizer.step()

readings, faulty = machines(4000)
with torch.no_grad():
    output = monitor(readings).squeeze(1)
    alarm = output > 0.5
found = (alarm & (faulty == 1)).sum().item()
print(f"faults found: {found / faulty.sum().item():.3f} of all")
