"""The last two dimensions of an embedding change places by a transpose; the view then merges what stands before."""

import torch
from torch import nn


class Letters(nn.Module):
    def __init__(self, alphabet=30, dim=6, filters=9):
        super().__init__()
        self.dim = dim
        self.table = nn.Embedding(alphabet, dim)
        self.conv = nn.Conv1d(dim, filters, 3)

    def forward(self, words):
        x = self.table(words)
        x = x.transpose(2, 3)
        x = x.contiguous().view(-1, self.dim, x.size(3))
        return self.conv(x).amax(dim=2).view(words.size(0), words.size(1), -1)


print(Letters()(torch.randint(0, 30, (2, 4, 7))).shape)
