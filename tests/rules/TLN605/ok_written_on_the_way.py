"""The chain writes in place before it makes something that nobody needs."""

import torch
from torch import nn


class ActNorm(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.bias = nn.Parameter(torch.zeros(channels, 1))
        self.register_buffer("initialized", torch.tensor(False))

    def forward(self, x):
        if not self.initialized:
            self.bias.squeeze().data.copy_(x.transpose(0, 1).flatten(1).mean(1)).view_as(self.bias)
            self.initialized.fill_(True)
        return x - self.bias


print(ActNorm(3)(torch.randn(2, 3, 4)).shape)
