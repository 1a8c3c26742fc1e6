import torch
import torch.nn as nn


class Prompt(nn.Module):
    def __init__(self, n, width):
        super().__init__()
        self.prefix = nn.Parameter(0.02 * torch.randn(n, width))
        self.suffix = nn.Parameter((torch.randn(n, width) - 0.5) * 0.02)

    def forward(self, x):
        return torch.cat([self.prefix, x, self.suffix])
