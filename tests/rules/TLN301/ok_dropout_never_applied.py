"""The only Dropout is made and never applied; batches are normalised by their own statistics, of the last of them."""

import torch
from torch import nn


class Perceptron(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Linear(784, 64)
        self.relu = nn.ReLU()
        self.dropout = nn.Dropout()
        self.last = nn.Linear(64, 10)

    def forward(self, x):
        return self.last(self.relu(self.first(x)))


class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(nn.Conv2d(3, 64, 3), nn.BatchNorm2d(64, momentum=1, affine=True), nn.ReLU())

    def forward(self, x):
        return self.layers(x).mean((2, 3))


def main(train_loader, test_loader):
    encoder, head = Encoder(), Perceptron()
    optimizer = torch.optim.SGD([*encoder.parameters(), *head.parameters()], lr=0.1)
    for x, y in train_loader:
        optimizer.zero_grad()
        nn.functional.cross_entropy(head(encoder(x)), y).backward()
        optimizer.step()
    right = 0
    with torch.no_grad():
        for x, y in test_loader:
            right += (head(encoder(x)).argmax(1) == y).sum().item()
    return right
