"""Each parameter is stepped and cleared by a hook as soon as its gradient is there."""
import torch
from torch import nn

model = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 8))
owners = {p: torch.optim.Adam([p], lr=1e-3, foreach=False) for p in model.parameters()}


def hook(param):
    owners[param].step()
    owners[param].zero_grad()


for p in model.parameters():
    p.register_post_accumulate_grad_hook(hook)

for _ in range(10):
    nn.functional.cross_entropy(model(torch.randn(16, 64)), torch.randint(0, 8, (16,))).backward()
