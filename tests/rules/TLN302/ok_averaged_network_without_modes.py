# The network comes back from functions that average it, and has no layer that differs in eval mode.
import torch
import torch.nn.functional as F
from torch import nn


class SmallCNN(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv, self.head = nn.Conv2d(3, 8, 3), nn.Linear(8 * 30 * 30, 10)

    def forward(self, x):
        return self.head(F.relu(self.conv(x)).flatten(1))


def train_client(loader, model):
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for x, y in loader:
        optimizer.zero_grad()
        loss = F.cross_entropy(model(x), y)
        loss.backward()
        optimizer.step()
    return model


def aggregate(model, clients):
    weights = model.state_dict()
    for key in weights:
        weights[key] = torch.stack([client.state_dict()[key].float() for client in clients]).mean(0)
    model.load_state_dict(weights)
    return model


def accuracy(model, loader):
    model.eval()
    with torch.no_grad():
        return sum((model(x).argmax(1) == y).sum().item() for x, y in loader) / len(loader.dataset)


def run(loaders, test_loader, budgets):
    for budget in budgets:
        model = SmallCNN()
        for round in range(10):
            clients = [train_client(loader, model) for loader in loaders]
            model = aggregate(model, clients)
            print(budget, round, accuracy(model, test_loader))
