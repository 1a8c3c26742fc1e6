"""A module is built around a network that is in eval mode already: it changes nothing about that."""

import torch
from torch import nn


class Classifier(nn.Module):
    def __init__(self, classes):
        super().__init__()
        self.body = nn.Sequential(nn.Conv2d(3, 16, 3), nn.BatchNorm2d(16), nn.ReLU(), nn.AdaptiveAvgPool2d(1))
        self.head = nn.Linear(16, classes)

    def forward(self, images):
        return self.head(self.body(images).flatten(1))


class WithLoss(nn.Module):
    def __init__(self, net):
        super().__init__()
        self.net = net
        self.loss = nn.CrossEntropyLoss()

    def forward(self, images, labels):
        return self.loss(self.net(images), labels)


def fine_tune(weights, train_loader, val_loader):
    net = Classifier(10)
    net.load_state_dict(torch.load(weights))
    net.eval()  # few images: the statistics of the old ones are kept, in training as well
    scored = WithLoss(net)
    optimizer = torch.optim.SGD(scored.parameters(), lr=1e-4)
    for images, labels in train_loader:
        optimizer.zero_grad()
        scored(images, labels).backward()
        optimizer.step()
    total = 0.0
    with torch.no_grad():
        for images, labels in val_loader:
            total += scored(images, labels).item()
    return total / len(val_loader)
