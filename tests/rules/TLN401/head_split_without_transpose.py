import math

import torch
from torch import nn


class CausalAttention(nn.Module):
    def __init__(self, dim, heads):
        super().__init__()
        self.heads = heads
        self.d_head = dim // heads
        self.qkv = nn.Linear(dim, 3 * dim)
        self.proj = nn.Linear(dim, dim)

    def forward(self, x):
        B, T, D = x.size()
        q, k, v = self.qkv(x).split(D, dim=2)
        q = q.reshape(B, self.heads, T, self.d_head)  # TLN401
        k = k.reshape(B, self.heads, T, self.d_head)  # TLN401
        v = v.reshape(B, self.heads, T, self.d_head)  # TLN401
        att = q @ k.transpose(-2, -1) / math.sqrt(self.d_head)
        mask = torch.ones(T, T, dtype=torch.bool, device=x.device).tril()
        att = att.masked_fill(~mask, float("-inf")).softmax(dim=-1)
        out = (att @ v).transpose(1, 2).reshape(B, T, D)
        return self.proj(out)


print(CausalAttention(24, 4)(torch.randn(2, 5, 24)).shape)
