"""What is detached goes into a loss, which judges nothing: the network is no generator."""

import torch
from torch import nn


class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.body, self.norm = nn.Linear(8, 16), nn.BatchNorm1d(16)

    def forward(self, x):
        return self.norm(self.body(x))


encoder = Encoder()
optimizer = torch.optim.SGD(encoder.parameters(), lr=0.1)


def losses(x):
    first, second = encoder(x), encoder(x.flip(1))
    return nn.L1Loss()(first, second.detach()) + nn.L1Loss()(second, first.detach())


def validate(loader):
    with torch.no_grad():
        for x in loader:
            print(encoder(x).std())  # TLN301


def main():
    for x in torch.load("train.pt"):
        optimizer.zero_grad()
        losses(x).backward()
        optimizer.step()
    validate(torch.load("valid.pt"))


main()
