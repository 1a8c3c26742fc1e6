import torch
from torch import nn
from torch.nn.parallel import DistributedDataParallel
from torch.utils.data import DataLoader
from torch.utils.data.distributed import DistributedSampler


def train_epoch(model, loader, optimizer):
    for x, y in loader:
        optimizer.zero_grad()
        nn.functional.cross_entropy(model(x), y).backward()
        optimizer.step()


def main(dataset, distributed, epochs):
    model = DistributedDataParallel(nn.Linear(8, 2))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    sampler = DistributedSampler(dataset) if distributed else None  # TLN701
    loader = DataLoader(dataset, batch_size=8, sampler=sampler, shuffle=sampler is None)
    for epoch in range(epochs):
        train_epoch(model, loader, optimizer)
