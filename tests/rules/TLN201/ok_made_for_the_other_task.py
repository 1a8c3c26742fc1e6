# The loss is made where the task is "few", and this one is computed where it is one of the others.
import argparse

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.head = nn.Linear(4, 2)

    def forward(self, x, task="one"):
        x = self.head(x)
        if task == "one":
            x = torch.sigmoid(x)
        return x


def train(loader, task):
    model = Net()
    if task == "one" or task == "two":
        criterion = nn.BCELoss()
    elif task == "few":
        criterion = nn.CrossEntropyLoss()
    optimizer = torch.optim.Adam(model.parameters())
    for x, y in loader:
        optimizer.zero_grad()
        if task == "one" or task == "two":
            loss = criterion(model(x), y)
        elif task == "few":
            loss = criterion(model(x, task=task), y)
        loss.backward()
        optimizer.step()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--task", default="one", choices=["one", "two", "few"])
    args = parser.parse_args()
    train([], args.task)
