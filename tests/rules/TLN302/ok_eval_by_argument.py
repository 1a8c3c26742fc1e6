"""An argument asks for eval mode: only the head is trained then, on features that stay as they are."""
import sys

import torch
from torch import nn


class Clusters(nn.Module):
    def __init__(self):
        super().__init__()
        self.backbone = nn.Sequential(nn.Linear(32, 64), nn.BatchNorm1d(64), nn.ReLU())
        self.head = nn.Linear(64, 4)

    def forward(self, x, part="all"):
        if part == "backbone":
            return self.backbone(x)
        return self.head(x if part == "head" else self.backbone(x))


def one_epoch(model, loader, optimizer, only_head=False):
    if only_head:
        model.eval()
    else:
        model.train()
    for x, y in loader:
        if only_head:
            with torch.no_grad():
                features = model(x, part="backbone")
            outputs = model(features, part="head")
        else:
            outputs = model(x)
        optimizer.zero_grad()
        nn.functional.cross_entropy(outputs, y).backward()
        optimizer.step()


def test(model, loader):
    model.eval()
    with torch.no_grad():
        return sum((model(x).argmax(1) == y).sum().item() for x, y in loader)


model = Clusters()
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
loader = [(torch.randn(8, 32), torch.randint(0, 4, (8,))) for _ in range(20)]
for _ in range(5):
    one_epoch(model, loader, optimizer, len(sys.argv) > 1)
    print(test(model, loader[:5]))
