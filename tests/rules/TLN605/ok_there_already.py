"""What a layer gives is where its input and its weights are."""

import torch
import torch.nn.functional as F
from torch import nn


class Sampled(nn.Module):
    def __init__(self):
        super().__init__()
        self.mean = nn.Parameter(torch.zeros(8, 3, 3, 3))

    def forward(self, x, cuda=False):
        mean = F.conv2d(x, self.mean, padding=1)
        if cuda:
            mean.cuda()
        return mean + torch.randn_like(mean)
