import math

import torch
import torch.nn as nn


class Direct(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.a = nn.Parameter(torch.empty(width, width))
        nn.init.kaiming_uniform_(self.a, a=math.sqrt(5))
        self.b = nn.Parameter(torch.empty(width))
        self.b.data.normal_(0, 0.02)
        self.c = nn.Parameter(torch.Tensor(width, 2))
        with torch.no_grad():
            self.c[:] = 1
            self.d = nn.Parameter(torch.empty(width).uniform_(-1, 1))
        tensor = torch.empty(width)
        nn.init.normal_(tensor)
        self.e = nn.Parameter(tensor)
        parameter = nn.Parameter(torch.empty(width))
        torch.nn.init.zeros_(parameter)
        self.f = parameter
        self.g = nn.Parameter(torch.Tensor([0.5, 0.5]))
        self.h = nn.Parameter(torch.Tensor(width))
        self.i = nn.Parameter(torch.empty(0))
        self.j = nn.Parameter(torch.empty(width), requires_grad=False)
        self.k = nn.Parameter(torch.empty(width))
        self.k.data = torch.ones(width)


class Looped(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.weight = nn.Parameter(torch.empty(width, width))
        self.init()

    def init(self):
        bound = 1 / math.sqrt(self.weight.size(0))
        for weight in self.parameters():
            weight.data.uniform_(-bound, bound)


class Wider(nn.Linear):
    def __init__(self, width):
        super().__init__(width, width)
        self.weight = nn.Parameter(torch.empty(width, width))
        self.reset_parameters()


class Base(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.table = nn.Parameter(torch.empty(width, width))

    def forward(self, x):
        return x @ self.table


class Derived(Base):
    def __init__(self, width):
        super().__init__(width)
        fill(self.table)


def fill(tensor):
    tensor.data.fill_(0.1)


class Applied(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.query = nn.Parameter(torch.empty(width))
        self.apply(self._set)

    def _set(self, part):
        if hasattr(part, "query"):
            nn.init.normal_(part.query, std=0.02)


class Frozen(nn.Module):
    """Its matrix is that of a trained network."""

    def __init__(self, width):
        super().__init__()
        self.trained = nn.Parameter(torch.empty(width, width))
        self.trained.requires_grad = False
        self.low = nn.Parameter(torch.zeros(width, 4))

    def forward(self, x):
        return x @ self.trained + x @ self.low @ self.low.T


def uniform(part):
    for parameter in part.parameters():
        parameter.data.uniform_(-0.08, 0.08)


class AppliedToAll(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.query = nn.Parameter(torch.empty(width))
        self.apply(uniform)
