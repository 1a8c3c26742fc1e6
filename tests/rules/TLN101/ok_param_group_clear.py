import torch
from torch import nn


def set_zero(opt):
    for group in opt.param_groups:
        for p in group["params"]:
            if p.grad is not None:
                p.grad.detach_()
                p.grad.zero_()


def train(net, data):
    opt = torch.optim.ASGD(net.parameters(), lr=0.01)
    for x, y in data:
        set_zero(opt)
        nn.functional.l1_loss(net(x), y).backward()
        opt.step()


train(nn.Linear(3, 1), [(torch.randn(5, 3), torch.randn(5, 1)) for _ in range(4)])
