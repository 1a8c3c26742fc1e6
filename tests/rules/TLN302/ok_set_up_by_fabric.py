"""A regressor without Dropout or BatchNorm, handed back by `fabric.setup`: the mode makes no difference to it."""
import torch
from lightning import Fabric
from torch import nn


class Regressor(nn.Module):
    def __init__(self, features):
        super().__init__()
        self.hidden = nn.Linear(features, 32)
        self.norm = nn.LayerNorm(32)
        self.out = nn.Linear(32, 1)

    def forward(self, x):
        return self.out(self.norm(self.hidden(x)).relu())


def validate(model, loader):
    model.eval()
    with torch.no_grad():
        return sum(nn.functional.mse_loss(model(x), y).item() for x, y in loader)


def main(train_loader, val_loader):
    fabric = Fabric()
    model = Regressor(10)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    model = fabric.setup(model)
    optimizer = fabric.setup_optimizers(optimizer)
    model.train()
    for step, (x, y) in enumerate(train_loader):
        optimizer.zero_grad()
        fabric.backward(nn.functional.mse_loss(model(x), y))
        optimizer.step()
        if step % 100 == 0:
            print(step, validate(model, val_loader))
