"""The number of epochs is an option."""

import argparse

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset
from torch.utils.data.distributed import DistributedSampler


def train(args):
    dataset = TensorDataset(torch.randn(16, 4), torch.zeros(16, dtype=torch.long))
    sampler = DistributedSampler(dataset, num_replicas=args.world_size, rank=args.rank)  # TLN701
    loader = DataLoader(dataset, batch_size=4, sampler=sampler)
    model = nn.Linear(4, 2)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for epoch in range(args.epochs):
        for x, y in loader:
            optimizer.zero_grad()
            nn.functional.cross_entropy(model(x), y).backward()
            optimizer.step()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--epochs", default=20, type=int)
    parser.add_argument("--world_size", default=2, type=int)
    parser.add_argument("--rank", default=0, type=int)
    train(parser.parse_args())
