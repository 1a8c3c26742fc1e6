"""The options of the blocks are chosen where the network is created, in another class."""

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
    def __init__(self, inputs, hidden, normalize=False):
        super().__init__()
        self.block = Block(inputs, hidden, use_bn=normalize)
        self.head = nn.Linear(hidden, 1)

    def forward(self, x):
        return self.head(self.block(x).mean((2, 3)))


net = Regressor(3, 8, normalize=True)
optimizer = torch.optim.Adam(net.parameters())
batches = [(torch.randn(4, 3, 8, 8), torch.randn(4, 1))]

for epoch in range(3):
    net.train()
    for x, y in batches:
        optimizer.zero_grad()
        nn.functional.mse_loss(net(x), y).backward()
        optimizer.step()
    net.eval()
    with torch.no_grad():
        for x, y in batches:
            print(nn.functional.mse_loss(net(x), y).item())
