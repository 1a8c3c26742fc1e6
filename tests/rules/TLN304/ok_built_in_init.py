import torch
from torch import nn


class Mlp(nn.Module):
    def __init__(self, sizes, p=0.1):
        super().__init__()
        self.layers = nn.Sequential(*self._make(sizes, p))

    def _make(self, sizes, p):
        for a, b in zip(sizes, sizes[1:]):
            yield nn.Linear(a, b)
            yield nn.Dropout(p)

    def reset_dropout(self, p):
        self.layers[-1] = nn.Dropout(p)

    def forward(self, x):
        return self.layers(x)


print(Mlp([3, 5, 2])(torch.randn(2, 3)).shape)
