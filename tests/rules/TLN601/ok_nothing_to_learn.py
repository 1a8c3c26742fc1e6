import torch
from torch import nn
from torch.nn import functional as F


class Losses(nn.Module):
    def __init__(self, sizes):
        super().__init__()
        self.criteria = [nn.MSELoss(), nn.L1Loss()]
        self.activations = {"relu": nn.ReLU(), "gelu": nn.GELU()}
        self.functions = [F.relu, torch.tanh]
        self.pools = [nn.MaxPool2d(k) for k in sizes]
        self.sizes = [4, 8]
        self.names = []
        self.names.append("a")

    def forward(self, x, y):
        return sum(criterion(x, y) for criterion in self.criteria)
