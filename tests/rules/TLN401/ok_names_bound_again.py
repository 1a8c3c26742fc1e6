import torch
from torch import nn


class Stem(nn.Module):
    def __init__(self):
        super().__init__()
        self.proj = nn.Conv2d(3, 16, 4, stride=4)
        self.norm = nn.LayerNorm(16)

    def forward(self, images):
        B, H, W, C = images.shape
        x = images.permute(0, 3, 1, 2)
        x = self.proj(x)
        B, C, H, W = x.shape
        x = self.norm(x.view(B, C, H * W).transpose(1, 2))
        x = x.transpose(1, 2).view(B, C, H, W)
        return x


print(Stem()(torch.rand(2, 16, 16, 3)).shape)
