"""Rows of layers that end in logits; where softmax is one of the layers, it is an option."""

import torch
from torch import nn


class Stack(nn.Module):
    def __init__(self, classes):
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, classes)])

    def forward(self, x):
        for layer in self.layers:
            x = layer(x)
        return x


class Row(nn.Sequential):
    def __init__(self, classes):
        super().__init__(nn.Linear(4, classes), nn.Identity())


class Heads(nn.Module):
    def __init__(self, classes):
        super().__init__()
        self.heads = nn.ModuleDict({"label": nn.Linear(4, classes), "prior": nn.Softmax(dim=1)})

    def forward(self, x):
        return {"label": self.heads["label"](x), "prior": self.heads["prior"](x)}


class Chosen(nn.Module):
    def __init__(self, sizes, probabilities):
        super().__init__()
        layers = []
        for a, b in zip(sizes, sizes[1:]):
            layers.append(nn.Linear(a, b))
        if probabilities:
            layers.append(nn.Softmax(dim=1))
        self.layers = nn.ModuleList(layers)

    def forward(self, x):
        for layer in self.layers:
            x = layer(x)
        return x


class Optional(nn.Module):
    def __init__(self, size, classes, probabilities=False):
        super().__init__()
        layers = [nn.Linear(size, classes)]
        if probabilities:
            layers += [nn.Softmax(dim=1)]
        self.net = nn.Sequential(*layers)

    def forward(self, x):
        return self.net(x)


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


def main(sizes, probabilities):
    fit(Stack(3))
    fit(Row(3))
    fit(Heads(3), "label")
    fit(Chosen(sizes, probabilities))
    fit(Optional(4, 3))


main([4, 8, 3], False)
