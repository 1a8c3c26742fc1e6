import torch
import torch.nn as nn


class SeriesNorm(nn.Module):
    """BatchNorm1d over the features of a (batch, time, feature) series."""

    def __init__(self, features):
        super().__init__()
        self.bn = nn.BatchNorm1d(features)

    def forward(self, x):
        x = x.view(x.size(0), x.size(2), x.size(1))  # TLN401
        return self.bn(x)


norm = SeriesNorm(6)
print(norm(torch.randn(3, 10, 6)).shape)
