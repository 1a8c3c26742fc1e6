"""The head that the class is built with is replaced before anything is computed."""

import torch
from torch import nn, optim
import torch.nn.functional as F


class Head(nn.Module):
    def __init__(self):
        super().__init__()
        self.out = nn.Linear(8, 3)

    def forward(self, x):
        return F.log_softmax(self.out(x), dim=1)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.features = nn.Linear(4, 8)
        self.classifier = nn.Linear(8, 10)

    def forward(self, x):
        x = self.features(x)
        x = self.classifier(x)
        return x


def validation(model, loader, criterion):
    total = 0
    for x, y in loader:
        output = model.forward(x)
        total += criterion(output, y).item()
    return total


def make(loader, valid):
    model = Net()
    model.classifier = Head()
    criterion = nn.NLLLoss()
    optimizer = optim.Adam(model.parameters())
    for x, y in loader:
        optimizer.zero_grad()
        output = model.forward(x)
        loss = criterion(output, y)
        loss.backward()
        optimizer.step()
    print(validation(model, valid, criterion))


def prepared():
    model = made()
    model.classifier = nn.Sequential(nn.Linear(8, 3), nn.LogSoftmax(dim=1))
    return model


def made():
    return Net()


def train(loader):
    model, criterion = prepared(), nn.NLLLoss()
    optimizer = optim.Adam(model.parameters())
    for x, y in loader:
        optimizer.zero_grad()
        loss = criterion(model(x), y)
        loss.backward()
        optimizer.step()
