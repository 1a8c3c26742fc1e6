"""A function makes a network, trains it and gives it back in eval mode; it is called a second time."""

import torch
from torch import nn


def evaluate(model, batches):
    model.eval()
    with torch.no_grad():
        return sum((model(x).argmax(1) == y).sum().item() for x, y in batches)


def make_net():
    return nn.Sequential(nn.Linear(8, 16), nn.BatchNorm1d(16), nn.Linear(16, 3)).to(torch.float32)


def train(batches):
    model = make_net()
    optimizer = torch.optim.Adam(model.parameters())
    for epoch in range(3):
        model.train()
        for x, y in batches:
            optimizer.zero_grad()
            nn.functional.cross_entropy(model(x), y).backward()
            optimizer.step()
        print(evaluate(model, batches))
    return model


if __name__ == "__main__":
    batches = [(torch.randn(4, 8), torch.zeros(4, dtype=torch.long))] * 3
    model = train(batches)
    train(batches[1:])
    with torch.no_grad():
        for x, _ in batches:
            print(model(x).argmax(1))
