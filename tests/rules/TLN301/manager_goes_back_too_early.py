"""The context manager is over when the network is evaluated."""

import torch
from torch import nn

batches = [(torch.randn(4, 8), torch.zeros(4, dtype=torch.long))]


class Evaluating:
    def __init__(self, net):
        self.net = net

    def __enter__(self):
        self.net.eval()

    def __exit__(self, *error):
        self.net.train()


net = nn.Sequential(nn.Linear(8, 16), nn.Dropout(), nn.Linear(16, 3))
optimizer = torch.optim.Adam(net.parameters())
for epoch in range(3):
    for x, y in batches:
        optimizer.zero_grad()
        nn.functional.cross_entropy(net(x), y).backward()
        optimizer.step()
    with Evaluating(net), torch.no_grad():
        for x, y in batches:
            print((net(x).argmax(1) == y).sum().item())
    with torch.no_grad():
        for x, y in batches:
            print((net(x).argmax(1) == y).sum().item())  # TLN301
