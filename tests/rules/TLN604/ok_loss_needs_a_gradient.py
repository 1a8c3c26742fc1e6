"""A loss without gradients would fail in backward(), whatever its flag is called."""

import torch
from torch import nn

net = nn.Linear(4, 2)
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
for x, y in torch.load("batches.pt"):
    loss = nn.functional.cross_entropy(net(x), y)
    loss.require_grad = True
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
