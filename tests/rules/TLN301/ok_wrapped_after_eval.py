"""A module is built around a network that is in eval mode already: it changes nothing about that."""

import torch
import torchvision
from torch import nn


class WithLoss(nn.Module):
    def __init__(self, net):
        super().__init__()
        self.net = net
        self.loss = nn.CrossEntropyLoss()

    def forward(self, images, labels):
        return self.loss(self.net(images), labels)


def evaluate(weights, test_loader):
    net = torchvision.models.resnet18(num_classes=10)
    net.load_state_dict(torch.load(weights))
    net.eval()
    scored = WithLoss(net)
    total = 0.0
    with torch.no_grad():
        for images, labels in test_loader:
            total += scored(images, labels).item()
    return total / len(test_loader)
