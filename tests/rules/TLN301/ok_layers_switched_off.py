"""Dropout and BatchNorm stand under options that this network doesn't choose: both modes are the same."""

import torch
from torch import nn


class Block(nn.Module):
    def __init__(self, inputs, outputs, use_bn=False):
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, 3, padding=1)
        if use_bn:
            self.norm = nn.BatchNorm2d(outputs)
        self.use_bn = use_bn

    def forward(self, x):
        x = self.conv(x)
        return self.norm(x) if self.use_bn else x


class Regressor(nn.Module):
    def __init__(self, inputs, hidden, dropout=False):
        super().__init__()
        self.block = Block(inputs, hidden)
        self.memory = nn.GRU(hidden, hidden, 1, dropout=0.3)
        self.drop_layer = nn.Dropout(0.2)
        self.dropout = dropout
        self.head = nn.Linear(hidden, 1)

    def forward(self, x):
        x = self.block(x).mean((2, 3))
        x, _ = self.memory(x.unsqueeze(0))
        if self.dropout:
            x = self.drop_layer(x)
        return self.head(x.squeeze(0))


net = Regressor(3, 8)
optimizer = torch.optim.Adam(net.parameters())
batches = [(torch.randn(4, 3, 8, 8), torch.randn(4, 1))]

for epoch in range(3):
    for x, y in batches:
        optimizer.zero_grad()
        nn.functional.mse_loss(net(x), y).backward()
        optimizer.step()
    with torch.no_grad():
        print(sum(nn.functional.mse_loss(net(x), y).item() for x, y in batches))
    with torch.no_grad():
        for x, y in batches:
            print(nn.functional.mse_loss(net(x), y).item())
