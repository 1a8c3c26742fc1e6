"""The networks have dropout, but these were made without it: no mode, no bug."""
import torch
import torch.nn.functional as F
from torch import nn


class Block(nn.Module):
    def __init__(self, width, dropout=0.0):
        super().__init__()
        self.dropout = dropout
        self.linear = nn.Linear(width, width)

    def forward(self, x):
        return F.dropout(self.linear(x), p=self.dropout, training=self.training)


class Stack(nn.Module):
    def __init__(self, width, depth, dropout=0.0):
        super().__init__()
        self.dropout = nn.Dropout(p=dropout)
        self.blocks = nn.ModuleList()
        for _ in range(depth):
            self.blocks.append(self.make(width))

    def forward(self, x):
        for block in self.blocks:
            x = self.dropout(block(x))
        return x


class Plain(Stack):
    def make(self, width):
        return Block(width, dropout=self.dropout.p)


def run(train_data, test_data):
    model = Plain(8, 2)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for _ in range(3):
        for x, y in train_data:
            optimizer.zero_grad()
            F.mse_loss(model(x), y).backward()
            optimizer.step()
        with torch.no_grad():
            for x, y in test_data:
                print(F.mse_loss(model(x), y))


run([(torch.rand(4, 8), torch.rand(4, 8))], [(torch.rand(4, 8), torch.rand(4, 8))])
