import torch
from torch import nn


class Attention(nn.Module):
    def __init__(self, dim, heads):
        super().__init__()
        self.heads, self.d = heads, dim // heads
        self.q, self.k, self.v = (nn.Linear(dim, dim) for _ in range(3))

    def split(self, x):
        return x.view(x.size(0), -1, self.heads, self.d).transpose(1, 2)

    def forward(self, x):
        B, T, D = x.shape
        q, k, v = self.split(self.q(x)), self.split(self.k(x)), self.split(self.v(x))
        att = (q @ k.transpose(-1, -2) / self.d ** 0.5).softmax(-1)
        y = (att @ v).permute(0, 2, 1, 3).contiguous()
        return y.view(B, T, D)


print(Attention(12, 3)(torch.randn(2, 4, 12)).shape)
