"""A context manager steps behind its block; nobody clears."""

import contextlib

import torch
from torch import nn


@contextlib.contextmanager
def stepping(optimizer):
    yield
    optimizer.step()  # TLN101


net = nn.Linear(8, 3)
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
for x, y in [(torch.randn(4, 8), torch.zeros(4, dtype=torch.long))] * 3:
    with stepping(optimizer):
        nn.functional.cross_entropy(net(x), y).backward()
