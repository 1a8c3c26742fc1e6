import copy

import torch
from torch import nn
from torch.nn import functional as F

query = nn.Sequential(nn.Linear(10, 20), nn.BatchNorm1d(20), nn.ReLU(), nn.Linear(20, 8))
key = copy.deepcopy(query)
opt = torch.optim.SGD(query.parameters(), lr=0.03)

for _ in range(5):
    a, b = torch.randn(2, 16, 10)
    q = F.normalize(query(a), dim=1)
    with torch.no_grad():
        for pq, pk in zip(query.parameters(), key.parameters()):
            pk.lerp_(pq, 0.01)
        k = F.normalize(key(b), dim=1)
    loss = F.cross_entropy(q @ k.T / 0.2, torch.arange(16))
    opt.zero_grad()
    loss.backward()
    opt.step()
