import torch
import torch.nn.functional as F
from torch import nn


class Tcn(nn.Module):
    def __init__(self):
        super().__init__()
        self.c1, self.c2 = nn.Conv1d(2, 8, 3, padding=1), nn.Conv1d(8, 8, 3, padding=1)

    def forward(self, x):
        x = F.dropout1d(self.c1(x).relu(), 0.2, self.training)
        return F.alpha_dropout(F.selu(self.c2(x)), 0.05, self.training)


print(Tcn()(torch.randn(2, 2, 9)).shape)
