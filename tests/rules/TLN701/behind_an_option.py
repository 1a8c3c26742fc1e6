"""Training on several processes is an option, and off by default; who asks for it gets the same order each time."""

import argparse

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset
from torch.utils.data.distributed import DistributedSampler

parser = argparse.ArgumentParser()
parser.add_argument("--distributed", action="store_true")
args = parser.parse_args()
dataset = TensorDataset(torch.randn(16, 4), torch.zeros(16, dtype=torch.long))
if args.distributed:
    sampler = DistributedSampler(dataset)  # TLN701
else:
    sampler = None
loader = DataLoader(dataset, batch_size=4, sampler=sampler)
model = nn.Linear(4, 2)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
for epoch in range(20):
    for x, y in loader:
        optimizer.zero_grad()
        nn.functional.cross_entropy(model(x), y).backward()
        optimizer.step()
