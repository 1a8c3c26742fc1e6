import argparse

import torch
from torch import nn


class Small(nn.Module):
    def __init__(self):
        super().__init__()
        self.head = nn.Linear(784, 10)

    def forward(self, x):
        return self.head(x.flatten(1))


class Deep(nn.Module):
    def __init__(self):
        super().__init__()
        self.body, self.head = nn.Linear(784, 64), nn.Linear(64, 10)

    def forward(self, x):
        return self.head(torch.relu(self.body(x.flatten(1))))


class Autoencoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder, self.decoder = nn.Linear(784, 32), nn.Linear(32, 784)

    def forward(self, x):
        return torch.sigmoid(self.decoder(self.encoder(x.flatten(1))))


def get_model(name):
    if name == "small":
        return Small()
    if name == "deep":
        return Deep()
    return Autoencoder()


parser = argparse.ArgumentParser()
parser.add_argument("--model", default="small")
model = get_model(parser.parse_args().model)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
criterion = nn.CrossEntropyLoss()
for x, y in torch.load("batches.pt"):
    optimizer.zero_grad()
    criterion(model(x), y).backward()
    optimizer.step()
