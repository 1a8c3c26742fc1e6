"""The network: two blocks with batch norm and dropout."""

import torch
from torch import nn


def block(n_in: int, n_out: int) -> nn.Sequential:
    return nn.Sequential(nn.Linear(n_in, n_out), nn.BatchNorm1d(n_out), nn.ReLU(), nn.Dropout(0.2))


class CropNet(nn.Module):
    def __init__(self, bands: int, crops: int) -> None:
        super().__init__()
        self.blocks = nn.Sequential(block(bands, 32), block(32, 32))
        self.crop = nn.Linear(32, crops)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.crop(self.blocks(x))
