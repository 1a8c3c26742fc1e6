"""A tensor that was just made needs no gradient, however that is spelt."""

import torch
from torch import nn


class Positions(nn.Module):
    def __init__(self, width, length=512):
        super().__init__()
        table = torch.zeros(length, width).float()
        table.require_grad = False
        self.register_buffer("table", table)

    def forward(self, x):
        return x + self.table[: x.size(1)]
