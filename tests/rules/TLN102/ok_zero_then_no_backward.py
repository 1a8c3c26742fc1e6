"""A warm-up step without gradients makes the optimizer's state before a checkpoint is loaded."""
import torch
from torch import nn

net = nn.Linear(4, 4)
opt = torch.optim.Adam(net.parameters())
for p in net.parameters():
    p.grad = torch.zeros_like(p)
opt.step()
opt.zero_grad()

for _ in range(5):
    opt.zero_grad()
    net(torch.randn(2, 4)).square().sum().backward()
    opt.step()
