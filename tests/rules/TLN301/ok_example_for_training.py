# The strongest of several steps is picked without gradients, for an example that the network is trained on.
import torch
from torch import nn


def strongest(model, x, y, rounds=10):
    delta = torch.zeros_like(x, requires_grad=True)
    for _ in range(rounds):
        loss = nn.CrossEntropyLoss()(model(x + delta), y)
        loss.backward()
        with torch.no_grad():
            best = torch.full_like(y, -1.0, dtype=torch.float)
            for step in (delta.grad.sign(), delta.grad / delta.grad.norm()):
                found = nn.CrossEntropyLoss(reduction="none")(model(x + step), y)
                delta.data = torch.where((found > best).view(-1, 1), step, delta.data)
                best = torch.maximum(best, found)
        delta.grad.zero_()
    return delta.detach()


def train(loader):
    model = nn.Sequential(nn.Linear(16, 16), nn.BatchNorm1d(16), nn.Dropout(), nn.Linear(16, 4))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    model.train()
    for x, y in loader:
        delta = strongest(model, x, y)
        loss = nn.CrossEntropyLoss()(model(x + delta), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
