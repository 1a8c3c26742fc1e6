"""Adversarial patch: the network is in eval mode, the optimizer holds the patch only."""
import torch
from torch import nn

victim = nn.Sequential(nn.Conv2d(3, 8, 3), nn.BatchNorm2d(8), nn.ReLU(), nn.Flatten(), nn.Linear(8 * 36, 5))
patch = torch.rand(1, 3, 8, 8, requires_grad=True)
opt = torch.optim.Adam([patch], lr=0.05)
for _ in range(10):
    victim.eval()
    opt.zero_grad()
    loss = -nn.functional.cross_entropy(victim(patch.clamp(0, 1)), torch.tensor([2]))
    loss.backward()
    opt.step()
