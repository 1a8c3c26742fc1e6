"""The author took eval() out, and doesn't say why."""

import torch
from torch import nn

net = nn.Sequential(nn.Linear(8, 16), nn.BatchNorm1d(16), nn.Linear(16, 3))
optimizer = torch.optim.Adam(net.parameters())
batches = [(torch.randn(4, 8), torch.zeros(4, dtype=torch.long))] * 3
for epoch in range(3):
    for x, y in batches:
        optimizer.zero_grad()
        nn.functional.cross_entropy(net(x), y).backward()
        optimizer.step()
    # net.eval()
    with torch.no_grad():
        for x, y in batches:
            print((net(x).argmax(1) == y).sum().item())  # TLN301
