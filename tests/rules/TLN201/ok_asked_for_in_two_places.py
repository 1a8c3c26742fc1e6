"""Which loss is made and where it is computed are both questions of the same variable."""

import sys

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, kind):
        super().__init__()
        self.kind = kind
        self.out = nn.Linear(8, 2)

    def forward(self, x):
        x = self.out(x)
        if self.kind == "binary":
            x = torch.sigmoid(x)
        return x


task = sys.argv[1]
net = Net("binary")
if task == "binary" or task == "tags":
    criterion = nn.BCELoss()
elif task == "classes":
    criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.Adam(net.parameters())
for x, y in [(torch.randn(4, 8), torch.zeros(4, 2))]:
    optimizer.zero_grad()
    if task == "binary" or task == "tags":
        loss = criterion(net(x), y)
    if task not in ("classes", "order"):
        loss = criterion(net(x), y)
    loss.backward()
    optimizer.step()
