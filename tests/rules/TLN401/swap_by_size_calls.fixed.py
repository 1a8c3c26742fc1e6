import torch
import torch.nn as nn


class SeriesNorm(nn.Module):
    """BatchNorm1d over the features of a (batch, time, feature) series."""

    def __init__(self, features):
        super().__init__()
        self.bn = nn.BatchNorm1d(features)

    def forward(self, x):
        return self.bn(x.transpose(1, 2))


norm = SeriesNorm(6)
print(norm(torch.randn(3, 10, 6)).shape)
