"""With no steps there is neither training nor train mode."""

import argparse

import torch
from torch import nn

parser = argparse.ArgumentParser()
parser.add_argument("--steps", type=int)
options = parser.parse_args()
net = nn.Sequential(nn.Linear(8, 16), nn.BatchNorm1d(16), nn.ReLU(), nn.Linear(16, 4))
optimizer = torch.optim.SGD(net.parameters(), lr=0.01)


def tune(x, y):
    for _ in range(options.steps):
        optimizer.zero_grad()
        nn.functional.cross_entropy(net(x), y).backward()
        optimizer.step()


def main():
    for x, y in torch.load("batches.pt"):
        if options.steps > 0:
            net.train()
        tune(x, y)
        net.eval()
        with torch.no_grad():
            print(net(x).argmax(1))


main()
