"""A factory makes networks of many kinds; nothing says that this program is about one with BatchNorm."""

import json

import torch
from torch import nn


class Plain(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Conv2d(3, 8, 3, padding=1), nn.InstanceNorm2d(8), nn.ReLU(), nn.Conv2d(8, 3, 1))

    def forward(self, x):
        return self.net(x)


class Normed(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.net = nn.Sequential(nn.Conv2d(3, width, 3, padding=1), nn.BatchNorm2d(width), nn.Conv2d(width, 3, 1))

    def forward(self, x):
        return self.net(x)


class Deep(Normed):
    pass


class Wide(Normed):
    pass


class Dropping(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Conv2d(3, 8, 3, padding=1), nn.Dropout2d(), nn.Conv2d(8, 3, 1))

    def forward(self, x):
        return self.net(x)


def define(kind):
    if kind == "plain":
        return Plain()
    elif kind == "normed":
        return Normed(8)
    elif kind == "deep":
        return Deep(16)
    elif kind == "wide":
        return Wide(64)
    elif kind == "dropping":
        return Dropping()
    raise NotImplementedError(kind)


class Trainer:
    def __init__(self, options):
        self.network = define(options["kind"])
        self.network.train()
        self.optimizer = torch.optim.Adam(self.network.parameters())

    def step(self, x):
        self.optimizer.zero_grad()
        (self.network(x) - x).abs().mean().backward()
        self.optimizer.step()

    def test(self, loader):
        error = 0.0
        with torch.no_grad():
            for x in loader:
                error += (self.network(x) - x).abs().mean().item()
        return error


with open("options.json") as file:
    trainer = Trainer(json.load(file))
batches = [torch.randn(2, 3, 8, 8)]
for x in batches:
    trainer.step(x)
print(trainer.test(batches))
