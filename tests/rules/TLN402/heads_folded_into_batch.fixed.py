import torch
from torch import nn


class Attention(nn.Module):
    def __init__(self, dim, heads):
        super().__init__()
        self.heads, self.dim_head = heads, dim // heads
        self.query, self.key, self.value = nn.Linear(dim, dim), nn.Linear(dim, dim), nn.Linear(dim, dim)

    def forward(self, x):
        B, T, D = x.shape
        q, k, v = (self.fold(layer(x), B, T) for layer in (self.query, self.key, self.value))
        weights = torch.softmax(q @ k.transpose(1, 2) * self.dim_head ** -0.5, dim=-1)
        return weights @ v

    def fold(self, x, B, T):
        x = x.view(B, T, self.heads, self.dim_head).transpose(1, 2)
        return x.reshape(B * self.heads, T, self.dim_head)


print(Attention(12, 3)(torch.randn(2, 5, 12)).shape)
