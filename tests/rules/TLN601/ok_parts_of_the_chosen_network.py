"""The network that was asked for gives its parts to a Sequential; the other one is not used."""

import torchvision
from torch import nn


class Encoder(nn.Module):
    def __init__(self, name):
        super().__init__()
        self.nets = {"small": torchvision.models.resnet18(), "large": torchvision.models.resnet50()}
        if name not in self.nets:
            raise ValueError(name)
        net = self.nets[name]
        self.features = nn.Sequential(*list(net.children())[:-1])
        self.head = nn.Linear(net.fc.in_features, 128)

    def forward(self, x):
        return self.head(self.features(x).flatten(1))
