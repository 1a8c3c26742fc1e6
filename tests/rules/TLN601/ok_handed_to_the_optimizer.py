import itertools

import torch
from torch import nn


class Ensemble(nn.Module):
    def __init__(self, n):
        super().__init__()
        self.members = [nn.Linear(4, 1) for _ in range(n)]

    def forward(self, x):
        return torch.stack([member(x) for member in self.members]).mean(0)


class Careful(nn.Module):
    def __init__(self, n):
        super().__init__()
        self.members = [nn.Linear(4, 1) for _ in range(n)]

    def parameters(self, recurse=True):
        for member in self.members:
            yield from member.parameters()


net = Ensemble(3)
optimizer = torch.optim.SGD(itertools.chain(*(member.parameters() for member in net.members)), lr=0.1)
