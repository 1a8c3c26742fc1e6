from contextlib import contextmanager

import torch
from torch import nn


@contextmanager
def evaluating(net):
    was = net.training
    try:
        net.eval()
        yield net
    finally:
        net.train(was)


net = nn.Sequential(nn.Linear(6, 6), nn.Dropout(0.2), nn.Linear(6, 1))
opt = torch.optim.Adam(net.parameters())
for step in range(6):
    opt.zero_grad()
    net(torch.randn(4, 6)).square().mean().backward()
    opt.step()
    with evaluating(net), torch.no_grad():
        for x in torch.randn(2, 4, 6):
            print(step, net(x).mean().item())
