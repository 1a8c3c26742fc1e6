"""Training and validation share a step; the network was handed in, the flag of a routine says what it does."""

import torch
from torch import nn


def batches():
    return [(torch.randn(5, 4), torch.randint(0, 3, (5,))) for _ in range(10)]


class Coach:
    def __init__(self, model, optimizer):
        self.model = model
        self.optimizer = optimizer

    def _loss(self, batch):
        inputs, labels = batch
        return nn.functional.cross_entropy(self.model(inputs), labels)

    def train_epoch(self):
        self.model.train()
        for batch in batches():
            self.optimizer.zero_grad()
            self._loss(batch).backward()
            self.optimizer.step()

    def val_epoch(self):
        self.model.eval()
        total = 0.0
        with torch.no_grad():
            for batch in batches():
                total += self._loss(batch).item()
        return total

    def run(self):
        for epoch in range(3):
            self.train_epoch()
            print(self.val_epoch())


def go_over(net, optimizer, loader, train=True):
    net.train(train)
    total = 0.0
    for inputs, labels in loader:
        loss = nn.functional.cross_entropy(net(inputs), labels)
        if train:
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        total += loss.item()
    return total


def network():
    return nn.Sequential(nn.Linear(4, 8), nn.BatchNorm1d(8), nn.Linear(8, 3))


def main():
    model = network()
    Coach(model, torch.optim.Adam(model.parameters())).run()
    other = network()
    optimizer = torch.optim.Adam(other.parameters())
    for epoch in range(3):
        go_over(other, optimizer, batches())
        print(go_over(other, optimizer, batches(), train=False))


main()
