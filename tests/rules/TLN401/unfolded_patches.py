# The windows that unfold cuts come last, behind the grid of patches: the channels lie in front of the grid.
import torch
from torch import nn


class Patches(nn.Module):
    def __init__(self, size, channels, width):
        super().__init__()
        self.size = size
        self.embed = nn.Linear(channels * size * size, width)

    def forward(self, x):
        b, c, h, w = x.shape
        x = x.unfold(2, self.size, self.size).unfold(3, self.size, self.size)
        return self.embed(x.contiguous().view(b, -1, c * self.size * self.size))  # TLN401


class Moved(nn.Module):
    def __init__(self, size, channels, width):
        super().__init__()
        self.size = size
        self.embed = nn.Linear(channels * size * size, width)

    def forward(self, x):
        b, c, h, w = x.shape
        x = x.unfold(2, self.size, self.size).unfold(3, self.size, self.size)
        x = x.permute(0, 2, 3, 1, 4, 5)
        return self.embed(x.contiguous().view(b, -1, c * self.size * self.size))


def channel_patches(x, size):
    """Each channel is cut by itself."""
    b, c, h, w = x.shape
    x = x.unfold(2, size, size).unfold(3, size, size)
    return x.contiguous().view(b, c, -1, size * size)
