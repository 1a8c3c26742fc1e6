import torch.nn as nn


class Block(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(width, width), nn.ReLU())

    def forward(self, x):
        return x + self.body(x)


class Residual(nn.Module):
    def forward(self, x, y):
        return x + y
