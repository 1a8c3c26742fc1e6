"""Forwards in train mode that are no evaluation: for the statistics of BatchNorm, and a search on the batch at hand."""

from itertools import combinations

import torch
from torch import nn


class Masked(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm = nn.BatchNorm1d(4)
        self.out = nn.Linear(4, 2)
        self.mask = torch.ones(4)

    def forward(self, x):
        return self.out(self.norm(x) * self.mask)

    def choose_mask(self, x, target, criterion):
        best, chosen = float("inf"), self.mask
        with torch.no_grad():
            for kept in combinations(range(4), 3):
                self.mask = torch.zeros(4)
                self.mask[list(kept)] = 1
                loss = criterion(self.forward(x), target)
                if loss < best:
                    best, chosen = loss, self.mask
        self.mask = chosen


def refresh_statistics(model, data):
    model.train()
    with torch.no_grad():
        for x, _ in data:
            out = model(x)
            del out


model = Masked()
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
batches = [(torch.randn(8, 4), torch.randint(0, 2, (8,))) for _ in range(4)]
model.train()
for x, y in batches:
    model.choose_mask(x, y, criterion)
    optimizer.zero_grad()
    criterion(model(x), y).backward()
    optimizer.step()
refresh_statistics(model, batches)
model.eval()
print(model(torch.randn(2, 4)))
