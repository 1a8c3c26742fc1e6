"""However often the one without such layers is evaluated: of the two networks the other has them."""

import sys

import torch
from torch import nn


class Plain(nn.Module):
    def __init__(self):
        super().__init__()
        self.out = nn.Linear(8, 4)

    def forward(self, x):
        return self.out(x)


class Normed(nn.Module):
    def __init__(self):
        super().__init__()
        self.out, self.norm = nn.Linear(8, 4), nn.BatchNorm1d(8)

    def forward(self, x):
        return self.out(self.norm(x))


test_loader = torch.load("test.pt")
for name in sys.argv[1:]:
    net = Plain()
    if name == "normed":
        net = Normed()
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)

    def margin():
        for x, y in test_loader:
            out = net(x)  # TLN301
            print(out.max(1)[0] - out.gather(1, y.unsqueeze(1)).squeeze(1))

    for x, y in torch.load("train.pt"):
        optimizer.zero_grad()
        nn.functional.cross_entropy(net(x), y).backward()
        optimizer.step()
    margin()
