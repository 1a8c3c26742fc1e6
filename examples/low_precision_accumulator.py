"""Hits are counted in float16, which holds no odd number above 2048: the counter gets stuck."""

import torch
from torch import nn

torch.manual_seed(0)
direction = torch.randn(10)


def points(n):
    x = torch.randn(n, 10)
    return x, (x @ direction > 0).long()


net = nn.Linear(10, 2)
optimizer = torch.optim.SGD(net.parameters(), lr=0.5)
for _ in range(200):
    x, y = points(64)
    optimizer.zero_grad()
    nn.functional.cross_entropy(net(x), y).backward()
    optimizer.step()


def accuracy(model, samples):
    model.eval()
    correct = torch.zeros((), dtype=torch.float16)
    with torch.no_grad():
        for x, y in samples:
            correct += (model(x.unsqueeze(0)).argmax(dim=1) == y).sum()
    return correct.item() / len(samples)


print(f"accuracy on 6000 unseen points: {accuracy(net, list(zip(*points(6000)))):.3f}")
