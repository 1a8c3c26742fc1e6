import torch
from torch import nn
from torch.utils.data import DataLoader, RandomSampler
from torch.utils.data.distributed import DistributedSampler


def train_epoch(model, loader, optimizer):
    for x, y in loader:
        optimizer.zero_grad()
        nn.functional.cross_entropy(model(x), y).backward()
        optimizer.step()


def another_sampler(model, dataset, optimizer):
    loader = DataLoader(dataset, sampler=RandomSampler(dataset))
    for epoch in range(10):
        train_epoch(model, loader, optimizer)


def without_shuffling(model, dataset, optimizer):
    loader = DataLoader(dataset, sampler=DistributedSampler(dataset, shuffle=False))
    for epoch in range(10):
        train_epoch(model, loader, optimizer)


def once(model, dataset, optimizer):
    train_epoch(model, DataLoader(dataset, sampler=DistributedSampler(dataset)), optimizer)


def evaluated(model, dataset, tests, optimizer):
    loader = DataLoader(dataset, shuffle=True)
    test_loader = DataLoader(tests, sampler=DistributedSampler(tests))
    for epoch in range(10):
        train_epoch(model, loader, optimizer)
        model.eval()
        with torch.no_grad():
            for x, y in test_loader:
                print(model(x), y)
        model.train()


def seeded(model, dataset, optimizer):
    for epoch in range(10):
        sampler = DistributedSampler(dataset, seed=epoch)
        train_epoch(model, DataLoader(dataset, sampler=sampler), optimizer)
