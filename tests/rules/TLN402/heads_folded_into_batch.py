import torch
from torch import nn


class Attention(nn.Module):
    def __init__(self, dim, heads):
        super().__init__()
        self.heads, self.dim_head = heads, dim // heads
        self.query, self.key, self.value = nn.Linear(dim, dim), nn.Linear(dim, dim), nn.Linear(dim, dim)

    def forward(self, x):
        B, T, D = x.shape
        q = self.query(x).view(B * self.heads, T, self.dim_head)  # TLN402
        k = self.key(x).view(B * self.heads, T, self.dim_head)  # TLN402
        v = self.value(x).view(B * self.heads, T, self.dim_head)  # TLN402
        weights = torch.softmax(q @ k.transpose(1, 2) * self.dim_head ** -0.5, dim=-1)
        return weights @ v


print(Attention(12, 3)(torch.randn(2, 5, 12)).shape)
