import torch
from torch import nn


class Attention(nn.Module):
    def __init__(self, width, num_heads=4):
        super().__init__()
        self.num_heads, self.head_dim = num_heads, width // num_heads
        self.width = num_heads * self.head_dim
        self.query = nn.Linear(width, self.width)
        self.key = nn.Linear(width, self.width)

    def forward(self, x):
        batch_size = x.size(0)
        query = self.query(x).view(batch_size * self.num_heads, -1, self.head_dim)  # TLN402
        key = self.key(x).view(batch_size * self.num_heads, -1, self.head_dim)  # TLN402
        return torch.bmm(query, key.transpose(1, 2))
