"""Whatever the rank, the last dimension of a Linear stays last."""

import torch
from torch import nn


class Decoder(nn.Module):
    def __init__(self, dim=8, words=20):
        super().__init__()
        self.word = nn.Linear(dim, words, bias=False)

    def forward(self, *states):
        first, *rest = states
        logits = self.word(first)
        return logits.view(-1, logits.size(2))


print(Decoder()(torch.rand(2, 5, 8), None).shape)
