import torch
from torch import nn


class Small(nn.Module):
    def __init__(self, width=64):
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(3, width), nn.ReLU(), nn.Linear(width, 4))

    def forward(self, points):
        return self.layers(points)


class Deep(nn.Module):
    def __init__(self, width=128):
        super().__init__()
        self.first, self.second, self.last = nn.Linear(3, width), nn.Linear(width, width), nn.Linear(width, 4)

    def forward(self, points):
        return self.last(torch.relu(self.second(torch.relu(self.first(points)))))
