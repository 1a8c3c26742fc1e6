# What the backbone gives is as long as the batch, and pooled features are one value each: only ones are left out.
import torch
from torch import nn

from backbones import resnet


class Attention(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.gate = nn.Conv2d(channels, channels, kernel_size=1)

    def forward(self, x):
        b, c, _, _ = x.size()
        scale = torch.sigmoid(self.gate(x).mean((2, 3))).view(b, c, 1, 1)
        return x * scale.expand_as(x)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.backbone = resnet()
        self.reduce = nn.Conv2d(2048, 512, kernel_size=1)
        self.attention = Attention(512)
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.tail = nn.Conv1d(512, 256, kernel_size=1)

    def forward(self, x):
        batch_size = x.size(0)
        features, _ = self.backbone(x)
        features = self.attention(self.reduce(features))
        features = self.pool(features).view(batch_size, 512, -1)
        return self.tail(features).squeeze()
