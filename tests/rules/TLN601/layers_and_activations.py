import torch
from torch import nn


class Mlp(nn.Module):
    def __init__(self, sizes):
        super().__init__()
        self.steps = []  # TLN601
        for before, after in zip(sizes, sizes[1:]):
            self.steps.append(nn.Linear(before, after))
            self.steps.append(nn.ReLU())

    def forward(self, x):
        for step in self.steps:
            x = step(x)
        return x


class Head(nn.Module):
    def __init__(self):
        super().__init__()
        self.parts = [nn.Dropout(0.1), nn.Linear(8, 2), nn.Softplus()]  # TLN601

    def forward(self, x):
        for part in self.parts:
            x = part(x)
        return x


class Odds(nn.Module):
    """What is no module may tell that somebody else sees to the list."""

    def __init__(self, given):
        super().__init__()
        self.parts = [nn.Linear(8, 2), given]
        self.body = nn.Linear(8, 8)

    def forward(self, x):
        return self.parts[0](self.body(x))


print(Head()(Mlp([4, 8, 8])(torch.randn(2, 4))))
