"""The only object of the class is made without dropout."""

import torch
import torch.nn.functional as F
from torch import nn


class Cell(nn.Module):
    def __init__(self, width, dropout):
        super().__init__()
        self.rate = dropout
        self.drop = nn.Dropout(dropout)
        self.inner = nn.Linear(width, width)

    def forward(self, x):
        x = nn.Dropout(p=self.rate)(self.inner(x))
        return F.scaled_dot_product_attention(x, x, x, dropout_p=self.drop.p)


print(Cell(8, dropout=0.0)(torch.randn(2, 3, 8)).shape)
