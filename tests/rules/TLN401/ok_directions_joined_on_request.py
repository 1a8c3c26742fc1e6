"""The helper that splits the states by direction runs only if there are two."""

import torch
from torch import nn


class Encoder(nn.Module):
    def __init__(self, n_in=5, hidden=8, layers=2, bidirectional=False):
        super().__init__()
        self.layers = layers
        self.bidirectional = bidirectional
        self.lstm = nn.LSTM(n_in, hidden, layers, bidirectional=bidirectional)

    def forward(self, x):
        batch = x.size(1)
        out, (h, c) = self.lstm(x)
        if self.bidirectional:
            h = self.join(h, batch)
            c = self.join(c, batch)
        return out, h, c

    def join(self, states, batch):
        states = states.view(self.layers, 2, batch, -1).transpose(1, 2).contiguous()
        return states.view(self.layers, batch, -1)


for both in (False, True):
    print([t.shape for t in Encoder(bidirectional=both)(torch.rand(6, 3, 5))])
