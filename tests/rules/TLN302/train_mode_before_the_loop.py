import argparse

import torch
from torch import nn

parser = argparse.ArgumentParser()
parser.add_argument("--resume", action="store_true")
options = parser.parse_args()
net = nn.Sequential(nn.Linear(8, 16), nn.BatchNorm1d(16), nn.ReLU(), nn.Linear(16, 4))
optimizer = torch.optim.SGD(net.parameters(), lr=0.01)


def validate(loader):
    net.eval()
    with torch.no_grad():
        print(sum((net(x).argmax(1) == y).sum().item() for x, y in loader))


def main(train, valid):
    if options.resume:
        net.load_state_dict(torch.load("net.pt"))
        net.train()
    for epoch in range(20):
        for x, y in train:
            optimizer.zero_grad()
            nn.functional.cross_entropy(net(x), y).backward()
            optimizer.step()
        if epoch % 5 == 0:
            validate(valid)  # TLN302


main(torch.load("train.pt"), torch.load("valid.pt"))
