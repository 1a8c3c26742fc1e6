import torch
from torch import nn


class Net(nn.Module):
    """A variant that was tried is still written down."""

    def __init__(self):
        super().__init__()
        self.tried = [nn.Linear(8, 16), nn.ReLU(), nn.Linear(16, 8)]
        self.tried.append(nn.Linear(8, 8))
        self.layers = nn.ModuleList([nn.Linear(8, 8), nn.ReLU()])

    def forward(self, x):
        for layer in self.layers:
            x = layer(x)
        return x


print(Net()(torch.randn(2, 8)).shape)
