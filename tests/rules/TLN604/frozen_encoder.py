import torch
from torch import nn
from torchvision import models


def build(classes):
    net = models.resnet50(weights="DEFAULT")
    for p in net.parameters():
        p.require_grad = False  # TLN604
    net.fc = nn.Linear(net.fc.in_features, classes)
    return net


class Prompt(nn.Module):
    def __init__(self, width, length=512):
        super().__init__()
        self.table = nn.Parameter(torch.zeros(length, width))
        self.table.requires_grads = False  # TLN604

    def forward(self, x):
        return x + self.table[: x.size(1)]


def to_optimize(size):
    image = torch.zeros(1, 3, size, size)
    image.require_grad = True  # TLN604
    return image
