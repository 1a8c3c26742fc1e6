"""An option says whether the network or its head alone is trained; either is put into train mode in each epoch."""

import argparse

import torch
from torch import nn

parser = argparse.ArgumentParser()
parser.add_argument("--head_only", type=bool, default=False)
options = parser.parse_args()


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.body, self.head = nn.Linear(8, 16), nn.Sequential(nn.BatchNorm1d(16), nn.Linear(16, 4))

    def forward(self, x):
        return self.head(self.body(x))


def train(net, loader, optimizer, head_only):
    if head_only:
        net.head.train()
    else:
        net.train()
    for x, y in loader:
        optimizer.zero_grad()
        nn.functional.cross_entropy(net(x), y).backward()
        optimizer.step()


def evaluate(net, loader):
    with torch.no_grad():
        for x, y in loader:
            net.eval()
            print((net(x).argmax(1) == y).sum())


def main():
    net = Net()
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    loader, valid = torch.load("loaders.pt")
    evaluate(net, valid)
    for _ in range(20):
        train(net, loader, optimizer, options.head_only)
        evaluate(net, valid)


main()
