"""What the network makes can make another of its kind, and so on without end: none of them has a mode."""

import torch
from torch import nn


class Beam:
    def __init__(self, text):
        self.text = text

    def extended(self, letter):
        return Beam(self.text + letter)


class Recogniser(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(6, 2)

    def forward(self, x):
        return self.layer(x)

    def beams(self, x):
        return [Beam("").extended(letter) for letter in self(x).argmax(1).tolist()]


def score(model, loader):
    with torch.no_grad():
        return [(model(x).argmax(1) == y).float().mean().item() for x, y in loader]


net = Recogniser()
opt = torch.optim.SGD(net.parameters(), lr=0.1)
data = [(torch.randn(8, 6), torch.randint(0, 2, (8,))) for _ in range(4)]
for _ in range(2):
    for x, y in data:
        opt.zero_grad()
        nn.functional.cross_entropy(net(x), y).backward()
        opt.step()
    print(score(net, data))
