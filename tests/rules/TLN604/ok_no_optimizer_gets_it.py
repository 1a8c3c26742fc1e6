"""The embeddings stay as they are anyway: of the optimizers none is given their parameters."""

import torch
from torch import nn

embeddings = nn.Embedding(1000, 64)
embeddings.requires_grad = False
optimizers = []


def with_optimizer(module):
    optimizers.append(torch.optim.Adam(module.parameters(), lr=0.001))
    return module


encoder = with_optimizer(nn.GRU(64, 64))
head = with_optimizer(nn.Linear(64, 10))
for x, y in torch.load("batches.pt"):
    out, _ = encoder(embeddings(x))
    for optimizer in optimizers:
        optimizer.zero_grad()
    nn.functional.cross_entropy(head(out[-1]), y).backward()
    for optimizer in optimizers:
        optimizer.step()
