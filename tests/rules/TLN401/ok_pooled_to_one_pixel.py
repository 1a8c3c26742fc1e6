"""Nothing is left of height and width when the map is flattened."""

import torch
from torch import nn


class Small(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(3, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(4), nn.Conv2d(16, 48, 3, padding=1), nn.MaxPool2d(4)
        )
        self.head = nn.Linear(48, 5)

    def forward(self, x):
        x = self.body(x)
        return self.head(x.view(-1, 48))


class Bilinear(nn.Module):
    """The kernel is as high as the pooled map, so that one value per filter comes out."""

    def __init__(self, groups=3, block=4):
        super().__init__()
        self.groups, self.block = groups, block
        self.rows = nn.Conv2d(groups, block * block * groups, kernel_size=(block, 1))

    def forward(self, x):
        B, C, H, W = x.shape
        rows = nn.functional.adaptive_max_pool2d(x, (self.block, 1))
        return self.rows(rows).view(B, self.groups, self.block, self.block).sigmoid()


print(Small()(torch.rand(2, 3, 16, 16)).shape, Bilinear()(torch.rand(2, 3, 9, 7)).shape)
