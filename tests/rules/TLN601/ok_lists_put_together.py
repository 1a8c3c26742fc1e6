import torch
from torch import nn


class Layer(nn.Module):
    """What is gathered in two lists goes into one that is registered."""

    def __init__(self, order):
        super().__init__()
        self.bias, self.scale = [], []
        for _ in range(order):
            self.bias.append(nn.Parameter(torch.zeros(4)))
            self.scale.append(nn.Parameter(torch.ones(4)))
        self.params = nn.ParameterList(self.bias + self.scale + [nn.Parameter(torch.ones(1))])

    def forward(self, x):
        for bias, scale in zip(self.bias, self.scale):
            x = x * scale + bias
        return x


print(sum(p.numel() for p in Layer(2).parameters()))
