import math

import torch
from torch import nn
from torch.nn import functional as F


class SelfAttentionPool(nn.Module):
    def __init__(self, dim, classes):
        super().__init__()
        self.q, self.k, self.v = (nn.Linear(dim, dim) for _ in range(3))
        self.classify = nn.Linear(dim, classes)

    def forward(self, x):
        scores = self.q(x) @ self.k(x).transpose(1, 2) / math.sqrt(x.size(-1))
        attention = F.softmax(scores, dim=-1)
        return self.classify((attention @ self.v(x)).mean(1))


pool = SelfAttentionPool(16, 3)
opt = torch.optim.Adam(pool.parameters())
for _ in range(3):
    loss = F.cross_entropy(pool(torch.randn(4, 9, 16)), torch.randint(0, 3, (4,)))
    opt.zero_grad()
    loss.backward()
    opt.step()
