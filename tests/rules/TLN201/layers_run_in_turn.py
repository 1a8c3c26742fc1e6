"""Rows of layers that end in softmax: a loop over a ModuleList, a class derived from Sequential, an entry of a
ModuleDict, a list whose end is chosen by an option (both choices are probabilities)."""

import torch
from torch import nn


class Stack(nn.Module):
    def __init__(self, classes):
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, classes), nn.Softmax(dim=1)])  # TLN201

    def forward(self, x):
        for layer in self.layers:
            x = layer(x)
        return x


class Row(nn.Sequential):
    def __init__(self, classes):
        super().__init__(nn.Linear(4, classes), nn.Softmax(dim=1))  # TLN201


class Heads(nn.Module):
    def __init__(self, classes):
        super().__init__()
        self.heads = nn.ModuleDict(
            {
                "label": nn.Sequential(nn.Linear(4, classes), nn.Softmax(dim=1)),  # TLN201
                "box": nn.Linear(4, 4),
            }
        )

    def forward(self, x):
        return {"label": self.heads["label"](x), "box": self.heads["box"](x)}


class Chosen(nn.Module):
    def __init__(self, sizes):
        super().__init__()
        layers = []
        for a, b in zip(sizes, sizes[1:]):
            layers.append(nn.Linear(a, b))
        if sizes[-1] > 2:
            layers.append(nn.Softmax(dim=1))  # TLN201
        else:
            layers.append(nn.Sigmoid())
        self.layers = nn.ModuleList(layers)

    def forward(self, x):
        for layer in self.layers:
            x = layer(x)
        return x


def fit(net, key=None):
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    criterion = nn.CrossEntropyLoss()
    for x, y in [(torch.randn(5, 4), torch.zeros(5).long())]:
        optimizer.zero_grad()
        out = net(x)
        if key is not None:
            out = out[key]
        criterion(out, y).backward()
        optimizer.step()


def main(sizes):
    fit(Stack(3))
    fit(Row(3))
    fit(Heads(3), "label")
    fit(Chosen(sizes))


main([4, 8, 3])
