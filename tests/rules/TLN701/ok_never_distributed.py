"""The sampler stands behind an option that the only program turns off."""

import argparse

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset
from torch.utils.data.distributed import DistributedSampler


def get_loader(dataset, distributed):
    if distributed:
        return DataLoader(dataset, batch_size=4, sampler=DistributedSampler(dataset))
    return DataLoader(dataset, batch_size=4, shuffle=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--epochs", default=20, type=int)
    args = parser.parse_args()
    args.distributed = False
    loader = get_loader(TensorDataset(torch.randn(16, 4), torch.zeros(16, dtype=torch.long)), args.distributed)
    model = nn.Linear(4, 2)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for epoch in range(args.epochs):
        for x, y in loader:
            optimizer.zero_grad()
            nn.functional.cross_entropy(model(x), y).backward()
            optimizer.step()


main()
