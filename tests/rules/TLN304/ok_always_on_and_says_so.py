"""Tacotron's prenet keeps its dropout in use, and asks for it."""
import torch
import torch.nn.functional as F
from torch import nn


class Prenet(nn.Module):
    def __init__(self, dims):
        super().__init__()
        self.layers = nn.ModuleList(nn.Linear(a, b, bias=False) for a, b in zip(dims, dims[1:]))

    def forward(self, x):
        for linear in self.layers:
            x = F.dropout(F.relu(linear(x)), p=0.5, training=True)
        return x


print(Prenet([8, 6, 6])(torch.rand(1, 8)).shape)
