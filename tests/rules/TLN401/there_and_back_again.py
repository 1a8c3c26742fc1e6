"""A view for a BatchNorm over channels, and the view back: one bug, told once."""

import torch
from torch import nn


class Encoder(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.linear = nn.Linear(width, width)
        self.norm = nn.BatchNorm1d(width)

    def forward(self, x):
        batch, nodes, width = x.shape
        h = self.linear(x)
        h = self.norm(h.view(-1, h.size(2), h.size(1)))  # TLN401
        h = h.view(-1, h.size(2), h.size(1))
        return h.relu()


print(Encoder(8)(torch.randn(2, 5, 8)).shape)
