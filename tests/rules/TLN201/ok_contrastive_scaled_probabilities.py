"""Similarities of unit vectors over a temperature are logits, whatever was softmaxed before."""
import torch
import torch.nn.functional as F
from torch import nn


class Pooler(nn.Module):
    def __init__(self, dim=32):
        super().__init__()
        self.weigh = nn.Linear(dim, 1)

    def forward(self, tokens):
        share = self.weigh(tokens).softmax(dim=1)
        return F.normalize((share * tokens).sum(1), dim=-1)


pool, opt = Pooler(), None
opt = torch.optim.AdamW(pool.parameters())
for _ in range(4):
    a, b = pool(torch.randn(8, 5, 32)), pool(torch.randn(8, 5, 32))
    loss = F.cross_entropy(a @ b.T / 0.07, torch.arange(8))
    opt.zero_grad()
    loss.backward()
    opt.step()
