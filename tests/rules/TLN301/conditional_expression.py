import torch
from torch import nn


class Plain(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Linear(4, 4)

    def forward(self, x):
        return self.net(x)


class Prior(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(4, 4), nn.BatchNorm1d(4))

    def forward(self, x, prior_only=False):
        return x if prior_only else self.net(x)


def validate(model, loader, prior_only=None):
    total = 0
    with torch.no_grad():
        for x in loader:
            out = (
                model(x)
                if prior_only is None
                else model(x, prior_only)  # TLN301
            )
            total += (out - x).square().mean().item()
    return total


def train(model, prior_only=None):
    optimizer = torch.optim.Adam(model.parameters())
    loader, val_loader = torch.load("train.pt"), torch.load("val.pt")
    for _ in range(10):
        model.train()
        for x in loader:
            optimizer.zero_grad()
            (model(x) - x).square().mean().backward()
            optimizer.step()
        print(validate(model, val_loader, prior_only))


train(Plain())
train(Prior(), True)
