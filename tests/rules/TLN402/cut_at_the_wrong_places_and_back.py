import torch
from torch import nn


class Attention(nn.Module):
    def __init__(self, dim, heads):
        super().__init__()
        self.heads, self.head_dim, self.dim = heads, dim // heads, dim
        self.query, self.key, self.value = nn.Linear(dim, dim), nn.Linear(dim, dim), nn.Linear(dim, dim)

    def forward(self, x):
        query, key, value = self.query(x), self.key(x), self.value(x)
        batch_size = query.size(0)
        query = query.view(batch_size * self.heads, -1, self.head_dim)  # TLN402
        key = key.view(batch_size * self.heads, -1, self.head_dim)  # TLN402
        value = value.view(batch_size * self.heads, -1, self.head_dim)  # TLN402
        weights = torch.softmax(torch.bmm(query, key.transpose(1, 2)) / self.head_dim**0.5, dim=2)
        out = torch.bmm(weights, value)
        # what was cut is put back where it was
        return out.view(batch_size, -1, self.dim)


print(Attention(32, 4)(torch.randn(2, 5, 32)).shape)
