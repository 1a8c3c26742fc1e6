"""`train` calls what calls `model.train()`: the two have nothing to do with each other but the name."""
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(8, 3)

    def forward(self, x):
        return torch.softmax(self.fc(x), dim=1)  # TLN201


def train(model, criterion, batches):
    optimizer = torch.optim.Adam(model.parameters())
    for epoch in range(3):
        train_epoch(model, criterion, batches, optimizer)


def train_epoch(model, criterion, batches, optimizer):
    model.train()
    for x, y in batches:
        optimizer.zero_grad()
        loss = criterion(model(x), y)
        loss.backward()
        optimizer.step()


train(Net(), nn.CrossEntropyLoss(), [(torch.randn(4, 8), torch.zeros(4, dtype=torch.long))])
