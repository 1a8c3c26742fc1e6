import torch
from torch import nn
from torch.optim.lr_scheduler import CosineAnnealingLR

net = nn.Linear(5, 5)
opt = torch.optim.SGD(net.parameters(), lr=0.1)
scheduler = CosineAnnealingLR(opt, T_max=20)
for epoch in range(20):
    for x in torch.randn(3, 6, 5):
        opt.zero_grad()
        (net(x) - x).pow(2).mean().backward()
        opt.step()
    scheduler.step()
