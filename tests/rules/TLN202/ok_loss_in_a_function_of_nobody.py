import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.head = nn.Linear(4, 1)

    def forward(self, x):
        return torch.sigmoid(self.head(x))


def evaluate(model: Net, x, y):
    return nn.functional.binary_cross_entropy_with_logits(model(x), y)


if __name__ == "__main__":
    print(Net()(torch.load("x.pt")))
