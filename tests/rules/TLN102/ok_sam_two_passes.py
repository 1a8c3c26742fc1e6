"""Sharpness-aware minimisation: up the hill, clear, down with a fresh gradient."""
import torch
from torch import nn

net = nn.Sequential(nn.Linear(6, 12), nn.ReLU(), nn.Linear(12, 2))
base = torch.optim.SGD(net.parameters(), lr=0.05)
rho = 0.05
for _ in range(10):
    x, y = torch.randn(9, 6), torch.randint(0, 2, (9,))
    nn.functional.cross_entropy(net(x), y).backward()
    with torch.no_grad():
        norm = torch.stack([p.grad.norm() for p in net.parameters()]).norm() + 1e-12
        steps = [p.grad * (rho / norm) for p in net.parameters()]
        for p, e in zip(net.parameters(), steps):
            p.add_(e)
    base.zero_grad()
    nn.functional.cross_entropy(net(x), y).backward()
    with torch.no_grad():
        for p, e in zip(net.parameters(), steps):
            p.sub_(e)
    base.step()
    base.zero_grad()
