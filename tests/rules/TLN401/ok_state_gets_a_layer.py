"""The last state of an encoder, (batch, features), becomes that of a decoder of one layer."""

import torch
from torch import nn


class Decoder(nn.Module):
    def __init__(self, lstm):
        super().__init__()
        self.lstm = lstm

    def forward(self, x, states):
        h, c = torch.cat((states[-1], states[-2]), 1), torch.cat((states[-1], states[-2]), 1)
        return self.lstm(
            x,
            (
                torch.tanh(h).view(self.lstm.num_layers, h.size(0), h.size(1)),
                c.view(self.lstm.num_layers, c.size(0), c.size(1)),
            ),
        )
