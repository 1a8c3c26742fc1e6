"""Without running statistics, and with the weights it begins with, BatchNorm standardises and learns nothing."""

import torch
import torch.nn.functional as F
from torch import nn


class Edges(nn.Module):
    def __init__(self):
        super().__init__()
        self.register_buffer("kernel", torch.tensor([[[[1.0, 0.0, -1.0], [2.0, 0.0, -2.0], [1.0, 0.0, -1.0]]]]))

    def forward(self, x):
        edges = F.conv2d(x, self.kernel, padding=1).flatten(1)
        norm = nn.BatchNorm1d(edges.shape[1], track_running_stats=False)
        return norm(edges)
