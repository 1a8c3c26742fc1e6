import torch
from torch import nn

from base import BaseClassifier


class BirdNet(BaseClassifier):
    def __init__(self):
        super().__init__()
        self.mel = nn.Linear(128, 64)
        self.head = nn.Linear(64, 30)

    def encode(self, x):
        return torch.relu(self.mel(x))


if __name__ == "__main__":
    net = BirdNet()
    cost = nn.CrossEntropyLoss()
    optimizer = torch.optim.Adam(net.parameters())
    for _ in range(3):
        optimizer.zero_grad()
        loss = cost(net(torch.rand(5, 128)), torch.randint(0, 30, (5,)))
        loss.backward()
        optimizer.step()
