"""Two ways to train take their arguments in another order: what one calls its network is the loss of the other."""
import sys

import torch
from torch import nn


def plain(batches, network, criterion, optimizer, training):
    network.train() if training else network.eval()
    for x, y in batches:
        loss = criterion(network(x), y)
        if training:
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()


def weighted(batches, criterion, network, optimizer, training):
    network.train() if training else network.eval()
    for x, y in batches:
        loss = 2 * criterion(network(x), y)
        if training:
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()


WAYS = {"plain": plain, "weighted": weighted}


class Smooth(nn.Module):
    def __init__(self, drop):
        super().__init__()
        self.drop = nn.Dropout(drop)

    def forward(self, answers, targets):
        return nn.functional.cross_entropy(self.drop(answers), targets)


def main(way):
    run = WAYS[way]
    model = nn.Sequential(nn.Linear(32, 64), nn.BatchNorm1d(64), nn.ReLU(), nn.Linear(64, 4))
    criterion, optimizer = Smooth(0.1), torch.optim.Adam(model.parameters())
    batches = [(torch.randn(8, 32), torch.randint(0, 4, (8,))) for _ in range(20)]
    for _ in range(5):
        run(batches, model, criterion, optimizer, True)
        run(batches[:5], model, criterion, optimizer, False)


main(sys.argv[1] if len(sys.argv) > 1 else "plain")
