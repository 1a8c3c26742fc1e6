"""Satellite tiles come as (batch, rows, columns, bands); the network wants the bands first."""
import torch
from torch import nn


class BandNet(nn.Module):
    def __init__(self, bands=5):
        super().__init__()
        self.conv = nn.Conv2d(bands, 12, 3, padding=1)

    def forward(self, tiles):
        B, H, W, C = tiles.shape
        x = tiles.view(B, C, H, W)  # TLN401
        return self.conv(x).relu().mean(dim=(2, 3))


print(BandNet()(torch.rand(2, 7, 9, 5)).shape)
