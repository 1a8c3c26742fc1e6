import torch
from torch import nn


class Head(nn.Module):
    def __init__(self, width, out):
        super().__init__()
        self.project = nn.Linear(width, out)

    def forward(self, x):
        return self.project(x)


class MultiTask(nn.Module):
    def __init__(self, width, tasks):
        super().__init__()
        self.body = nn.Linear(8, width)
        self.heads = nn.ModuleDict()
        for name, out in tasks.items():
            self.heads[name] = Head(width, out)
        self.gates = nn.ModuleDict({"a": nn.Linear(width, 1), "b": nn.Linear(width, 1)})

    def forward(self, x, name):
        h = torch.relu(self.body(x))
        return self.heads[name](h) * torch.sigmoid(self.gates["a"](h))
