import torch
from torch import nn


class Factors(nn.Module):
    def __init__(self, sizes, rank):
        super().__init__()
        self.factors = []  # TLN601
        for size in sizes:
            factor = nn.Parameter(torch.empty(rank, size))
            nn.init.xavier_normal_(factor)
            self.factors.append(factor)

    def forward(self, parts):
        out = 1
        for part, factor in zip(parts, self.factors):
            out = out * (part @ factor.t())
        return out
