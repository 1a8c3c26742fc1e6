"""`in` asks for a part of a string: both conditions may hold at once."""

import sys

import torch
from torch import nn

kind = sys.argv[1]
net = nn.Sequential(nn.Linear(8, 3), nn.Softmax(dim=1))  # TLN201
optimizer = torch.optim.Adam(net.parameters())
criterion = None
if kind in "classes,tokens":
    criterion = nn.CrossEntropyLoss()
for x, y in [(torch.randn(4, 8), torch.zeros(4, dtype=torch.long))]:
    if kind in "classes":
        optimizer.zero_grad()
        criterion(net(x), y).backward()
        optimizer.step()
