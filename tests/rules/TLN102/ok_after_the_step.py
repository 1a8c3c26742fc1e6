import torch
from torch import nn

net = nn.Linear(7, 2)
opt = torch.optim.Adam(net.parameters())
for _ in range(20):
    loss = nn.functional.cross_entropy(net(torch.randn(5, 7)), torch.randint(0, 2, (5,)))
    loss.backward()
    opt.step()
    opt.zero_grad()
