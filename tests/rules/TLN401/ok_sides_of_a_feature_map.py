"""The two sides of a feature map change places in a view that parts channels and group elements: most are square."""

import torch
from torch import nn


class GroupConv(nn.Module):
    def __init__(self, inputs, outputs, elements, side):
        super().__init__()
        self.outputs, self.elements, self.side = outputs, elements, side
        self.weight = nn.Parameter(torch.randn(outputs * elements, inputs, side, side))

    def forward(self, x):
        x = nn.functional.conv2d(x, self.weight, padding=self.side // 2)
        return x.view(-1, self.outputs, self.elements, x.shape[-1], x.shape[-2])


def pairs_for_each_place(logits, channels):
    _, _, h, w = logits.shape
    x = logits.permute((0, 2, 3, 1))
    return x.view(-1, w, h, channels, 2)
