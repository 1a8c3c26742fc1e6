"""The second backward is misspelt, and fails when it runs; it is there."""

import torch
from torch import nn

net, other = nn.Linear(4, 2), nn.Linear(4, 2)
optimizer = torch.optim.SGD([*net.parameters(), *other.parameters()], lr=0.1)
for x, y in torch.load("batches.pt"):
    optimizer.zero_grad()
    first_loss = nn.functional.cross_entropy(net(x), y)
    first_loss.backward()
    optimizer.zero_grad()
    second_loss = nn.functional.cross_entropy(other(x), y)
    second_loss.backeard()
    optimizer.step()
