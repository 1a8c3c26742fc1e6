"""The parts of a network are handed to it in lists, and among them is one with Dropout."""

import torch
from torch import nn


class Perceptron(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.first = nn.Linear(inputs, 32)
        self.drop = nn.Dropout(0.1)
        self.last = nn.Linear(32, outputs)

    def forward(self, x):
        return self.last(self.drop(torch.relu(self.first(x))))


class Fused(nn.Module):
    def __init__(self, encoders, head):
        super().__init__()
        self.encoders = nn.ModuleList(encoders)
        self.head = head

    def forward(self, inputs):
        return self.head(torch.cat([encode(x) for encode, x in zip(self.encoders, inputs)], 1))


def train(encoders, head, train_loader, valid_loader):
    model = Fused(encoders, head)
    optimizer = torch.optim.Adam(model.parameters())
    for epoch in range(10):
        model.train()
        for *inputs, y in train_loader:
            optimizer.zero_grad()
            nn.functional.cross_entropy(model(inputs), y).backward()
            optimizer.step()
        with torch.no_grad():
            total = 0.0
            for *inputs, y in valid_loader:
                model.eval()
                total += nn.functional.cross_entropy(model(inputs), y).item()
        print(epoch, total)


def main(train_loader, valid_loader):
    train([Perceptron(8, 16), Perceptron(12, 16)], nn.Linear(32, 2), train_loader, valid_loader)
