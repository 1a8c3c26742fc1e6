import torch
from torch import nn


class Attention(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads, self.size = heads, width // heads
        self.values = nn.Linear(width, width)
        self.keys = nn.Linear(width, width)
        self.out = nn.Linear(width, width)

    def forward(self, tokens):
        batch, length, _ = tokens.shape
        values = self.values(tokens).reshape(batch, length, self.heads, self.size)
        keys = self.keys(tokens).reshape(batch, length, self.heads, self.size)
        weights = torch.einsum("bqhd,bkhd->bhqk", [keys, keys]).softmax(-1)
        mixed = torch.einsum("bhqk,bkhd->bhqd", [weights, values])
        return self.out(mixed.reshape(batch, length, self.heads * self.size))  # TLN401
