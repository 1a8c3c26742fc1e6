"""A method puts every BatchNorm into eval mode, one by one: what mode the network is in is another question."""

import torch
from torch import nn


class Detector(nn.Module):
    def __init__(self, classes):
        super().__init__()
        self.body = nn.Sequential(nn.Conv2d(3, 16, 3), nn.BatchNorm2d(16), nn.ReLU(), nn.AdaptiveAvgPool2d(1))
        self.head = nn.Linear(16, classes)

    def forward(self, images):
        return self.head(self.body(images).flatten(1))

    def freeze_norms(self):
        for layer in self.modules():
            if isinstance(layer, nn.BatchNorm2d):
                layer.eval()


def one_epoch(net, optimizer, train_loader, val_loader):
    for images, labels in train_loader:
        optimizer.zero_grad()
        nn.functional.cross_entropy(net(images), labels).backward()
        optimizer.step()
    right = 0
    for images, labels in val_loader:
        with torch.no_grad():
            right += (net(images).argmax(1) == labels).sum().item()
    return right


def main(train_loader, val_loader):
    net = Detector(10).train()
    net.freeze_norms()
    optimizer = torch.optim.SGD(net.parameters(), lr=0.01)
    for epoch in range(20):
        print(epoch, one_epoch(net, optimizer, train_loader, val_loader))
