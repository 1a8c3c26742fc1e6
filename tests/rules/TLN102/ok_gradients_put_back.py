"""Gradients of each task are kept, the field is cleared, and their sum is put back."""
import torch
from torch import nn

trunk = nn.Linear(5, 4)
heads = [nn.Linear(4, 1), nn.Linear(4, 1)]
opt = torch.optim.SGD(trunk.parameters(), lr=0.1)

for _ in range(8):
    h = trunk(torch.randn(6, 5))
    kept = []
    for head in heads:
        opt.zero_grad()
        head(h).pow(2).mean().backward(retain_graph=True)
        kept.append([p.grad.clone() for p in trunk.parameters()])
    opt.zero_grad()
    for p, *grads in zip(trunk.parameters(), *kept):
        p.grad = torch.stack(grads).mean(0)
    opt.step()
