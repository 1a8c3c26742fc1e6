import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.utils.data import DataLoader


class Digits(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden = nn.Linear(784, 64)
        self.out = nn.Linear(64, 10)

    def forward(self, x):
        x = F.relu(self.hidden(x.view(-1, 784)))
        return F.log_softmax(self.out(x), dim=0)  # TLN206


class Layers(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(20, 4), nn.LogSoftmax(dim=0))  # TLN206

    def forward(self, x):
        return self.net(x)


def fit(loader, optimizer):
    net = Digits()
    for images, labels in loader:
        optimizer.zero_grad()
        F.nll_loss(net(images), labels).backward()
        optimizer.step()


def fit_layers(data, optimizer):
    net, criterion = Layers(), nn.NLLLoss()
    loader = DataLoader(data, batch_size=32, shuffle=True)
    for x, y in loader:
        optimizer.zero_grad()
        criterion(net(x), y.long()).backward()
        optimizer.step()


def fit_here(head, loader, optimizer):
    for x, y in loader:
        optimizer.zero_grad()
        scores = head(x)
        loss = F.nll_loss(torch.log_softmax(scores, 0), y)  # TLN206
        loss.backward()
        optimizer.step()
        print((scores.argmax(1) == y).float().mean())
