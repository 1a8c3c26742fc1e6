"""Small models with their losses and batches."""

from __future__ import annotations

import torch
from torch import nn

SAMPLES, FEATURES, CLASSES = 64, 8, 4


def data() -> tuple[torch.Tensor, torch.Tensor]:
    return torch.randn(SAMPLES, FEATURES), torch.arange(SAMPLES) % CLASSES


class Net(nn.Module):
    """`change` is applied to the hidden features: where bugs are planted."""

    def __init__(self, change=None, outputs: int = CLASSES) -> None:
        super().__init__()
        self.body = nn.Linear(FEATURES, 32)
        self.norm = nn.BatchNorm1d(32)
        self.dropout = nn.Dropout(0.2)
        self.head = nn.Linear(32, outputs)
        self.change = change

    def forward(self, x):
        hidden = torch.relu(self.norm(self.body(x)))
        if self.change is not None:
            hidden = self.change(self, hidden)
        return self.head(self.dropout(hidden))
