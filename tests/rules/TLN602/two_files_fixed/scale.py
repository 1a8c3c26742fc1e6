import torch
from base import Layer
from torch import nn


class Scale(Layer):
    def __init__(self, width):
        super().__init__()
        self.scale = nn.Parameter(torch.ones(width).unsqueeze(0))

    def forward(self, x):
        return x * self.scale
