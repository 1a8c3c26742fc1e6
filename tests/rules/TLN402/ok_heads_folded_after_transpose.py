import torch
from torch import nn


class Heads(nn.Module):
    def __init__(self, dim=12, heads=3):
        super().__init__()
        self.n, self.d = heads, dim // heads
        self.proj = nn.Linear(dim, dim)

    def forward(self, x):
        B, T, D = x.shape
        h = self.proj(x).view(B, T, self.n, self.d).transpose(1, 2)
        h = h.contiguous().view(B * self.n, T, self.d)
        y = torch.bmm(h, torch.bmm(h.transpose(1, 2), h))
        y = y.view(B, self.n, T, self.d).transpose(1, 2)
        return y.reshape(B, T, D)


print(Heads()(torch.randn(2, 5, 12)).shape)
