"""Rings of points, and gradients that are thrown away just before they would be used."""

import torch
from torch import nn

torch.manual_seed(0)


def rings(n, kinds=3):
    kind = torch.randint(0, kinds, (n,))
    angle = torch.rand(n) * 2 * torch.pi
    radius = 1 + kind + 0.25 * torch.randn(n)
    return torch.stack([radius * angle.cos(), radius * angle.sin()], dim=1), kind


net = nn.Sequential(nn.Linear(2, 64), nn.ReLU(), nn.Linear(64, 3))
optimizer = torch.optim.Adam(net.parameters(), lr=0.01)
criterion = nn.CrossEntropyLoss()

points, kind = rings(1500)
for epoch in range(10):
    for batch in torch.randperm(len(points)).split(50):
        loss = criterion(net(points[batch]), kind[batch])
        loss.backward()
        optimizer.zero_grad()
        optimizer.step()

points, kind = rings(3000)
with torch.no_grad():
    accuracy = (net(points).argmax(dim=1) == kind).float().mean().item()
print(f"accuracy on unseen points: {accuracy:.3f}")
