import torch
from torch import nn


class Pooling(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.query = nn.Parameter(torch.zeros(1, 1, dim))
        self.kv = nn.Linear(dim, 2 * dim)

    def forward(self, tokens):
        k, v = self.kv(tokens).chunk(2, dim=-1)
        q = self.query.expand(tokens.size(0), -1, -1)
        pooled = nn.functional.scaled_dot_product_attention(q, k, v, None, 0.1 * self.training)
        return pooled.squeeze(1)


print(Pooling(6)(torch.randn(2, 4, 6)).shape)
