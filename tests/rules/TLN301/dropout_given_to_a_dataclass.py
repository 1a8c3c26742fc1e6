"""A setting of a dataclass is what its object is made with, and not the default in the class."""

from dataclasses import dataclass

import torch
from torch import nn


@dataclass
class Config:
    width: int = 16
    dropout: float = 0.0


class Net(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.hidden = nn.Linear(8, config.width)
        self.dropout = nn.Dropout(config.dropout)
        self.head = nn.Linear(config.width, 2)

    def forward(self, x):
        return self.head(self.dropout(self.hidden(x).relu()))


def evaluate(model, loader):
    right = 0
    with torch.no_grad():
        for x, y in loader:
            right += (model(x).argmax(1) == y).sum().item()  # TLN301
    return right


def evaluate_plain(model, loader):
    right = 0
    with torch.no_grad():
        for x, y in loader:
            right += (model(x).argmax(1) == y).sum().item()
    return right


model = Net(Config(dropout=0.3))
plain = Net(Config(width=32))
loader = [(torch.randn(4, 8), torch.zeros(4, dtype=torch.long))]
for network in (model, plain):
    optimizer = torch.optim.Adam(network.parameters())
    for x, y in loader:
        optimizer.zero_grad()
        nn.functional.cross_entropy(network(x), y).backward()
        optimizer.step()
print(evaluate(model, loader))
print(evaluate_plain(plain, loader))
