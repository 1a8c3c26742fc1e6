import torch
from torch import nn


class Again(nn.Module):
    def __init__(self):
        super().__init__()
        weight = nn.Parameter(torch.randn(4)).cuda()
        self.weight = nn.Parameter(weight)
        self.more = nn.ParameterList([nn.Parameter(torch.randn(4)).cuda()])

    def forward(self, x):
        return x * self.weight * self.more[0]
