"""The last stage halves the map; its sizes are told from those of the stage before it."""

import torch
from torch import nn


class Stages(nn.Module):
    def __init__(self, dim=6):
        super().__init__()
        self.stages = nn.ModuleList([nn.Conv2d(3, dim, 1), nn.Conv2d(dim, dim, 2, stride=2), Tokens(dim)])

    def forward(self, x):
        found = []
        B, C, H, W = x.shape
        last = len(self.stages) - 1
        for i, stage in enumerate(self.stages):
            x = stage(x)
            if i < last:
                B, C, H, W = x.shape
            if i == last:
                found.append(x.reshape(B, H // 2, W // 2, -1).permute(0, 3, 1, 2))
            else:
                found.append(x)
        return found


class Tokens(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.conv = nn.Conv2d(dim, dim, 2, stride=2)

    def forward(self, x):
        return self.conv(x).flatten(2).transpose(1, 2)


print([t.shape for t in Stages()(torch.rand(2, 3, 8, 8))])
