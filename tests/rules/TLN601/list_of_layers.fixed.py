import torch
from torch import nn


class Stack(nn.Module):
    def __init__(self, width, depth):
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(width, width) for _ in range(depth)])
        self.norms = nn.ModuleList()
        for _ in range(depth):
            self.norms.append(nn.LayerNorm(width))

    def forward(self, x):
        for layer, norm in zip(self.layers, self.norms):
            x = torch.relu(layer(norm(x)))
        return x


model = Stack(16, 3)
