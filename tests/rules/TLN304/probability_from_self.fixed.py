import torch
from torch import nn
from torch.nn.functional import dropout


class Highway(nn.Module):
    def __init__(self, dim, p):
        super().__init__()
        self.gate, self.body, self.p = nn.Linear(dim, dim), nn.Linear(dim, dim), p

    def forward(self, x):
        g = torch.sigmoid(self.gate(x))
        return g * dropout(self.body(x).relu(), self.p, self.training) + (1 - g) * x


print(Highway(6, 0.2)(torch.randn(3, 6)).shape)
