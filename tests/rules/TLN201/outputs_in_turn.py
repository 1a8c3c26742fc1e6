# Several outputs are given to the loss in turn, and the loss is written in its two parts.
import torch
import torch.nn.functional as F
from torch import nn


class CrossEntropy2d(nn.Module):
    def __init__(self, weight=None):
        super().__init__()
        self.nll_loss = nn.NLLLoss(weight)

    def forward(self, inputs, targets):
        return self.nll_loss(F.log_softmax(inputs, dim=1), targets)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.coarse = nn.Sequential(nn.Conv2d(3, 4, 1), nn.Softmax(dim=1))  # TLN201
        self.fine = nn.Sequential(nn.Conv2d(3, 4, 1), nn.Softmax(dim=1))

    def forward(self, x):
        return self.coarse(x), self.fine(x)


class LogitNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.coarse, self.fine = nn.Conv2d(3, 4, 1), nn.Conv2d(3, 4, 1)

    def forward(self, x):
        return self.coarse(x), self.fine(x)


class LogNet(LogitNet):
    """A second log_softmax changes nothing."""

    def forward(self, x):
        return F.log_softmax(self.coarse(x), dim=1), F.log_softmax(self.fine(x), dim=1)


def train(net, loader):
    loss_fn, optimizer = CrossEntropy2d(), torch.optim.Adam(net.parameters())
    for x, labels in loader:
        optimizer.zero_grad()
        loss = 0
        for out, y in zip(net(x), labels):
            loss += loss_fn(out, y)
        loss.backward()
        optimizer.step()


train(Net(), [])
train(LogitNet(), [])
train(LogNet(), [])
