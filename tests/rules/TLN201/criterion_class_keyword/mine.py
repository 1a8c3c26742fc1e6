import torch
from torch import nn

from estimator import Estimator


class Tabular(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(14, 30), nn.ReLU(), nn.Linear(30, 2))

    def forward(self, rows):
        return nn.functional.softmax(self.body(rows), dim=-1)


Estimator(Tabular(), criterion=nn.CrossEntropyLoss).fit(torch.randn(90, 14), torch.randint(0, 2, (90,)))
