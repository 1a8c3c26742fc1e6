"""The network could have Dropout and BatchNorm; this one is made without."""

import torch
from torch import nn


def norm(kind, channels):
    if kind == "batch":
        return nn.BatchNorm1d(channels)
    return None


class Block(nn.Module):
    def __init__(self, channels, kind):
        super().__init__()
        self.conv = nn.Conv1d(channels, channels, 3, padding=1)
        self.norm = norm(kind, channels)

    def forward(self, x):
        x = self.conv(x)
        return x if self.norm is None else self.norm(x)


class Generator(nn.Module):
    def __init__(self, channels, kind=None, dropout=0):
        super().__init__()
        self.block = Block(channels, kind)
        if dropout > 0:
            self.dropout = nn.Dropout(dropout)
        self.out = nn.Conv1d(channels, 1, 1)

    def forward(self, x):
        x = self.block(x)
        if hasattr(self, "dropout"):
            x = self.dropout(x)
        return self.out(x)


def evaluate(generator, loader):
    generator.eval()
    total = 0.0
    with torch.no_grad():
        for x, y in loader:
            total += (generator(x) - y).abs().mean().item()
    return total


generator = Generator(8)
optimizer = torch.optim.Adam(generator.parameters())
loader = [(torch.randn(2, 8, 16), torch.randn(2, 1, 16))]
generator.train()
for epoch in range(3):
    for x, y in loader:
        optimizer.zero_grad()
        (generator(x) - y).abs().mean().backward()
        optimizer.step()
    print(evaluate(generator, loader))
