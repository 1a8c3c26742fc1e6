"""A Sequential is put together in forward from layers of the class and activations."""
import torch
from torch import nn


class Mean(nn.Module):
    def __init__(self, width, actions):
        super().__init__()
        self.linear1 = nn.Linear(width, 256)
        self.linear2 = nn.Linear(256, actions)

    def forward(self, x):
        relu = nn.ReLU()
        layers = nn.Sequential(self.linear1, relu, self.linear2, nn.Tanh())
        return layers(x)


print(Mean(8, 2)(torch.randn(4, 8)))
