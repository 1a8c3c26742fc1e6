import torch
from torch import nn


def make_stepper(net, opt):
    def step(x):
        opt.zero_grad()
        net(x).square().mean().backward()
        opt.step()

    return step, net.eval


net = nn.Linear(3, 3)
step, finish = make_stepper(net, torch.optim.SGD(net.parameters(), lr=0.1))
for x in torch.randn(4, 2, 3):
    step(x)
finish()
