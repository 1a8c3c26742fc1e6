"""`dims == 2` and `dims == 3` never hold together."""
import torch
from torch import nn


class Block(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.linear = nn.Linear(width, width)

    def forward(self, x):
        return x + self.linear(x)


class Attend(nn.Module):
    def __init__(self, dims, width):
        super().__init__()
        self.dims = dims
        self.entry = (nn.Conv2d if dims == 2 else nn.Conv3d)(width, width, 1)
        self.blocks = nn.ModuleList([Block(width)])

    def forward(self, x):
        batch = height = width = depth = -1
        if self.dims == 2:
            batch, _, height, width = x.shape
        if self.dims == 3:
            batch, _, height, width, depth = x.shape
        x = self.entry(x)
        inner = x.shape[1]
        if self.dims == 2:
            x = x.permute(0, 2, 3, 1).reshape(batch, height * width, inner)
        if self.dims == 3:
            x = x.permute(0, 2, 3, 4, 1).reshape(batch, height * width * depth, inner)
        for block in self.blocks:
            x = block(x)
        if self.dims == 2:
            x = x.reshape(batch, height, width, inner).permute(0, 3, 1, 2)
        if self.dims == 3:
            x = x.reshape(batch, height, width, depth, inner).permute(0, 4, 1, 2, 3)
        return x


print(Attend(3, 8)(torch.rand(2, 8, 3, 4, 5)).shape)
