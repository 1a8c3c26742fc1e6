"""What runs behind the switch may have weights: a network from elsewhere, a function or method that uses one."""

import torch
from torch import nn

net = nn.Linear(4, 3)


def evaluate(batches):
    return [net(b).argmax(dim=1) for b in batches]


class Trainer:
    def __init__(self, model):
        self.model = model

    def test(self, batches):
        torch.no_grad()  # TLN303
        for b in batches:
            print(self.model(b).sum())


def main(batches):
    torch.no_grad()  # TLN303
    print(evaluate(batches))


def in_rounds(batches):
    for b in batches:
        print(net(b).sum())
        torch.no_grad()  # TLN303


def too_late(batches):
    torch.no_grad()  # TLN303
    scores = [net(b) for b in batches]
    with torch.no_grad():
        print(len(scores))


batches = torch.randn(2, 5, 4)
main(batches)
in_rounds(batches)
too_late(batches)
Trainer(net).test(batches)
