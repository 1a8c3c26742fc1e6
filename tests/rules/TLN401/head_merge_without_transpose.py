import torch
from torch import nn


class CrossAttention(nn.Module):
    def __init__(self, dim=32, heads=4):
        super().__init__()
        self.h, self.d = heads, dim // heads
        self.q = nn.Linear(dim, dim, bias=False)
        self.kv = nn.Linear(dim, 2 * dim, bias=False)
        self.out = nn.Linear(dim, dim)

    def forward(self, x, context):
        b, n, _ = x.shape
        m = context.shape[1]
        q = self.q(x).view(b, n, self.h, self.d).transpose(1, 2)
        k, v = self.kv(context).view(b, m, 2, self.h, self.d).permute(2, 0, 3, 1, 4)
        weights = (q @ k.transpose(2, 3) * self.d ** -0.5).softmax(-1)
        y = weights @ v
        y = y.reshape(b, n, self.h * self.d)  # TLN401
        return self.out(y)


print(CrossAttention()(torch.randn(2, 6, 32), torch.randn(2, 9, 32)).shape)
