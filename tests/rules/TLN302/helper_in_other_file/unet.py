import torch
from torch import nn


class SmallUNet(nn.Module):
    def __init__(self, c=8):
        super().__init__()
        self.down = nn.Sequential(nn.Conv2d(1, c, 3, padding=1), nn.BatchNorm2d(c), nn.ReLU())
        self.up = nn.Conv2d(c + 1, 2, 3, padding=1)

    def forward(self, x):
        return self.up(torch.cat([x, self.down(x)], dim=1))
