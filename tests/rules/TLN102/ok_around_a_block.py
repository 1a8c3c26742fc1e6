"""A context manager clears before its block and steps behind it."""

import contextlib

import torch
from torch import nn

batches = [(torch.randn(4, 8), torch.zeros(4, dtype=torch.long))] * 3


@contextlib.contextmanager
def stepping(optimizer):
    optimizer.zero_grad()
    yield
    optimizer.step()


class Stepping:
    def __init__(self, optimizer):
        self.optimizer = optimizer

    def __enter__(self):
        self.optimizer.zero_grad()

    def __exit__(self, *error):
        self.optimizer.step()


net = nn.Linear(8, 3)
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
for x, y in batches:
    with stepping(optimizer):
        nn.functional.cross_entropy(net(x), y).backward()
    with Stepping(optimizer):
        nn.functional.cross_entropy(net(x), y).backward()
