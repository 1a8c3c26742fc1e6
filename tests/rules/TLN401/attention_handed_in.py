import torch
from torch import nn


class Sparse(nn.Module):
    """Gives heads before steps: (batch, heads, steps, width)."""

    def forward(self, queries, keys, values):
        values = values.transpose(2, 1)
        return values.cumsum(dim=-2).contiguous(), None


class Attention(nn.Module):
    def __init__(self, inner, width, heads):
        super().__init__()
        self.inner, self.heads = inner, heads
        self.query, self.key, self.value = (nn.Linear(width, width) for _ in range(3))
        self.out = nn.Linear(width, width)

    def forward(self, queries, keys, values):
        B, L, _ = queries.shape
        queries = self.query(queries).view(B, L, self.heads, -1)
        keys = self.key(keys).view(B, L, self.heads, -1)
        values = self.value(values).view(B, L, self.heads, -1)
        out, weights = self.inner(queries, keys, values)
        out = out.view(B, L, -1)  # TLN401
        return self.out(out), weights


class Model(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.attention = Attention(Sparse(), width, heads)

    def forward(self, x):
        return self.attention(x, x, x)[0]


print(Model(64, 4)(torch.randn(2, 10, 64)).shape)
