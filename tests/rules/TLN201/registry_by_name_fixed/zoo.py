import torch
from torch import nn


class Shallow(nn.Module):
    def __init__(self, classes):
        super().__init__()
        self.fc = nn.Linear(25, classes)

    def forward(self, x):
        out = self.fc(x)
        return out


class Deep(nn.Module):
    def __init__(self, classes):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(25, 50), nn.GELU(), nn.Linear(50, classes))

    def forward(self, x):
        return self.body(x)


MODELS = {"shallow": Shallow, "deep": Deep}
