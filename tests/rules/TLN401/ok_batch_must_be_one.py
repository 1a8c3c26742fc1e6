"""The pieces of one recording: the view leaves the batch out, so that it only fits if that is 1."""
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.out = nn.Linear(400, 4)

    def forward(self, x):
        bs, parts, time = x.shape
        x = x.reshape(parts, time)
        return self.out(x)


print(Net()(torch.randn(1, 8, 400)).shape)
