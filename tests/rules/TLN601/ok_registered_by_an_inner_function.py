import torch
from torch import nn


class Capsules(nn.Module):
    def __init__(self, units):
        super().__init__()

        def unit(i):
            conv = nn.Conv2d(256, 32, 9, stride=2)
            self.add_module(f"unit{i}", conv)
            return conv

        self.units = [unit(i) for i in range(units)]

    def forward(self, x):
        return torch.stack([unit(x) for unit in self.units], 1)


optimizer = torch.optim.Adam(Capsules(8).parameters())
