"""A context manager of a library gets the networks, and a word on their mode."""

import torch
from easydl import *
from torch import nn


class Net(nn.Module):
    def __init__(self, inputs):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(inputs, 8), nn.BatchNorm1d(8), nn.Dropout())

    def forward(self, x):
        return self.body(x)


features, head = Net(8), Net(8)
optimizer = torch.optim.Adam([*features.parameters(), *head.parameters()])
batches = [(torch.randn(4, 8), torch.zeros(4, dtype=torch.long))] * 3
for epoch in range(3):
    for x, y in batches:
        optimizer.zero_grad()
        nn.functional.cross_entropy(head(features(x)), y).backward()
        optimizer.step()
    with TrainingModeManager([features, head], train=False), torch.no_grad():
        for x, y in batches:
            print((head(features(x)).argmax(1) == y).sum().item())
