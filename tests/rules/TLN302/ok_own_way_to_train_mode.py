"""The network has a method of its own for train mode, and may come from a checkpoint."""

import sys

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(8, 16), nn.BatchNorm1d(16), nn.Dropout())
        self.head = nn.Linear(16, 3)

    def forward(self, x):
        return self.head(self.body(x))

    def train_without_norm(self, mode=True):
        super().train(mode)
        for part in self.body.children():
            if isinstance(part, nn.BatchNorm1d):
                part.eval()


class Manager:
    def __init__(self, model):
        self.model = model

    def evaluate(self, batches):
        self.model.eval()
        with torch.no_grad():
            return sum((self.model(x).argmax(1) == y).sum().item() for x, y in batches)

    def train(self, batches):
        optimizer = torch.optim.Adam(self.model.parameters())
        for epoch in range(3):
            self.model.train_without_norm()
            for x, y in batches:
                optimizer.zero_grad()
                nn.functional.cross_entropy(self.model(x), y).backward()
                optimizer.step()
            print(self.evaluate(batches))


if len(sys.argv) > 1:
    model = torch.load(sys.argv[1])["model"]
else:
    model = Net()
batches = [(torch.randn(4, 8), torch.zeros(4, dtype=torch.long))]
manager = Manager(model)
manager.evaluate(batches)
manager.train(batches)
