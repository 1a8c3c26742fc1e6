"""The view on the way asks for twice the elements that there are: nobody ever saw the result of the second."""
import torch
from torch import nn


class Shared(nn.Module):
    def forward(self, states, scale=1.0):
        return states * scale


class Pairwise(Shared):
    def forward(self, states, scale=1.0):
        if scale:
            batch, length, width = states.shape
            pairs = 2
            states = states.view(pairs, batch, length, width).flatten(0, 1)
            states = super().forward(states, scale)
            states = states.view(pairs, batch, length, width).permute(0, 1, 3, 2).contiguous().view(-1, length, width)
        return states


print(Pairwise()(torch.randn(4, 10, 16)).shape)
