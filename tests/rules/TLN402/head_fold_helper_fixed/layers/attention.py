import torch
from torch import nn

from .shapes import fold_heads


class CrossLook(nn.Module):
    def __init__(self, width=16, heads=4):
        super().__init__()
        self.heads = heads
        self.to_q = nn.Linear(width, width)
        self.to_kv = nn.Linear(width, 2 * width)

    def forward(self, x, memory):
        k, v = self.to_kv(memory).chunk(2, dim=-1)
        q, k, v = (fold_heads(t, self.heads) for t in (self.to_q(x), k, v))
        att = (q @ k.transpose(-1, -2)).softmax(-1)
        return att @ v
