import torch
from torch import nn


class NonLocal(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.theta = nn.Conv2d(channels, channels // 2, 1)
        self.phi = nn.Conv2d(channels, channels // 2, 1)
        self.g = nn.Conv2d(channels, channels, 1)

    def forward(self, x):
        B, C, H, W = x.shape
        theta = self.theta(x).flatten(2).transpose(1, 2)
        phi = self.phi(x).flatten(2)
        g = self.g(x).view(B, C, H * W).transpose(1, 2)
        y = (theta @ phi).softmax(dim=-1) @ g
        return x + y.transpose(1, 2).reshape(B, C, H, W)


print(NonLocal(6)(torch.rand(2, 6, 4, 5)).shape)
