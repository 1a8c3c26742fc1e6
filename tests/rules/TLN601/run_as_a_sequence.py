"""A plain list of layers that `forward` runs through a Sequential, which is thrown away: nothing registers them."""

import torch
from torch import nn


class UpBlock(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.steps = [nn.ConvTranspose2d(inputs, outputs, 4, 2, 1), nn.BatchNorm2d(outputs)]  # TLN601

    def forward(self, x, skipped):
        x = nn.Sequential(*self.steps)(x)
        return torch.cat((torch.relu(x), skipped), 1)
