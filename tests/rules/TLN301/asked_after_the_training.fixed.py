# The same in eval mode.
import math

import matplotlib.pyplot as plt
import torch
from torch import nn


class Surrogate(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(1, 32), nn.Tanh(), nn.Dropout(0.1), nn.Linear(32, 1))

    def forward(self, x):
        return self.layers(x)

    def loss(self, x):
        return ((self.forward(x) - torch.sin(x)) ** 2).mean()


def fit(rounds):
    net = Surrogate()
    optimizer = torch.optim.Adam(net.parameters())
    x = torch.linspace(0, math.pi, 100)[:, None]
    for _ in range(rounds):
        loss = net.loss(x)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    net.eval()
    plt.plot(x, net(x).detach().numpy())


def fit_prices(prices, prices_test, y, y_test, rounds):
    net = nn.Sequential(nn.BatchNorm1d(8), nn.Linear(8, 1))
    optimizer = torch.optim.Adam(net.parameters())
    for _ in range(rounds):
        loss = nn.functional.mse_loss(net(prices), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    net.eval()
    with torch.no_grad():
        print(nn.functional.mse_loss(net(prices_test), y_test).sqrt())


def step(net, arrays, loss_fn, size, optimizer=None):
    inputs, labels = arrays
    net.train(optimizer is not None)
    total = 0.0
    for i in range(len(inputs) // size):
        rows = slice(i * size, i * size + size)
        answers = net(torch.from_numpy(inputs[rows]))
        loss = loss_fn(answers, torch.from_numpy(labels[rows]))
        total += loss.item()
        if optimizer is not None:
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return total


def fit_arrays(train, test):
    net, loss_fn = nn.Sequential(nn.Linear(4, 8), nn.Dropout(), nn.Linear(8, 2)), nn.CrossEntropyLoss()
    optimizer = torch.optim.Adam(net.parameters())
    for _ in range(10):
        print(step(net, train, loss_fn, 32, optimizer))
        with torch.no_grad():
            print(step(net, test, loss_fn, 32))


fit(100)
