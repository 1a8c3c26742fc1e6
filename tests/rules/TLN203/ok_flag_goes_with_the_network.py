"""Which network it is, the command line says; whoever asks for words passes the one that gives log-probabilities."""

import argparse

import torch
import torch.nn.functional as F
from torch import nn


class Images(nn.Module):
    def __init__(self):
        super().__init__()
        self.out = nn.Linear(784, 10)

    def forward(self, x):
        return self.out(x.flatten(1))


class Words(nn.Module):
    def __init__(self):
        super().__init__()
        self.out = nn.Linear(64, 1000)

    def forward(self, x):
        return F.log_softmax(self.out(x), dim=-1)


def score(net, loader, words=False):
    net.eval()
    total = 0.0
    for x, y in loader:
        if words:
            total += F.nll_loss(net(x), y).item()
        else:
            total += (net(x).argmax(1) == y).sum().item()
    return total


parser = argparse.ArgumentParser()
parser.add_argument("--net")
name = parser.parse_args().net
if name == "images":
    net = Images()
else:
    net = Words()
print(score(net, torch.load("test.pt"), words=name == "words"))
