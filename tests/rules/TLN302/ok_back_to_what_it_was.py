"""The evaluation puts back the mode from before, in three ways of writing it."""

import torch
from torch import nn


def perplexity(model, batches):
    was_training = model.training
    model.eval()
    total = 0.0
    with torch.no_grad():
        for x, y in batches:
            total += nn.functional.cross_entropy(model(x), y).item()
    if was_training:
        model.train()
    return total


class Pictures:
    def __init__(self, model):
        self.model = model

    def __call__(self, x):
        before = self.model.training
        self.model.eval()
        with torch.no_grad():
            picture = self.model(x)
        if before:
            self.model.train()
        return picture


def accuracy(model, batches):
    mode = model.training
    model.eval()
    with torch.no_grad():
        right = sum((model(x).argmax(1) == y).sum().item() for x, y in batches)
    model.train(mode)
    return right


net = nn.Sequential(nn.Linear(8, 16), nn.Dropout(), nn.Linear(16, 3))
optimizer = torch.optim.Adam(net.parameters())
batches = [(torch.randn(4, 8), torch.zeros(4, dtype=torch.long))]
pictures = Pictures(net)
net.train()
for epoch in range(3):
    for x, y in batches:
        optimizer.zero_grad()
        nn.functional.cross_entropy(net(x), y).backward()
        optimizer.step()
    perplexity(net, batches)
    accuracy(net, batches)
    pictures(batches[0][0])
