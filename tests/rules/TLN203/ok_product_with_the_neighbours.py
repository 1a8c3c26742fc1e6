"""Predictions are pulled towards those of the neighbours: the gradient is that of the product of the two."""

import torch
import torch.nn.functional as F
from torch import nn

net = nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Linear(16, 4))
optimizer = torch.optim.SGD(net.parameters(), lr=0.01)
bank = torch.full((100, 4), 0.25)


def adapt(x, near, weights):
    probs = F.softmax(net(x), dim=1)
    spread = probs.unsqueeze(1).expand(-1, near.shape[1], -1)
    loss = (F.kl_div(spread, bank[near], reduction="none").sum(-1) * weights).sum(1).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
