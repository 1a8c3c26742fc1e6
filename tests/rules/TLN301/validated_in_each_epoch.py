"""The number of the epoch is not used, and a helper trains: the validation is no Monte Carlo dropout."""
import torch
from torch import nn


def train_epoch(net, batches, optimizer):
    for x, y in batches:
        optimizer.zero_grad()
        nn.functional.cross_entropy(net(x), y).backward()
        optimizer.step()


def fit(net, batches, held_out):
    optimizer = torch.optim.Adam(net.parameters())
    net.train()
    for _ in range(5):
        train_epoch(net, batches, optimizer)
        right = 0
        with torch.no_grad():
            for x, y in held_out:
                right += (net(x).argmax(1) == y).sum().item()  # TLN301
        print(right)


def batches(count):
    return [(torch.randn(8, 32), torch.randint(0, 4, (8,))) for _ in range(count)]


fit(nn.Sequential(nn.Linear(32, 64), nn.Dropout(0.5), nn.Linear(64, 4)), batches(30), batches(5))
