"""The log of probabilities is as good as logits, if not as stable."""
import torch
from torch import nn


class Mixture(nn.Module):
    def __init__(self, experts=3):
        super().__init__()
        self.gate = nn.Linear(6, experts)
        self.experts = nn.ModuleList(nn.Linear(6, 4) for _ in range(experts))

    def forward(self, x):
        g = self.gate(x).softmax(1).unsqueeze(2)
        each = torch.stack([e(x).softmax(1) for e in self.experts], dim=1)
        return ((g * each).sum(1) + 1e-8).log()


mix, loss_fn = Mixture(), nn.CrossEntropyLoss()
opt = torch.optim.Adam(mix.parameters())
for _ in range(5):
    opt.zero_grad()
    loss_fn(mix(torch.randn(10, 6)), torch.randint(0, 4, (10,))).backward()
    opt.step()
