"""A pairwise ranking loss: sigmoid and log are taken here, once."""
import torch
from torch import nn

score = nn.Linear(12, 1)
opt = torch.optim.Adam(score.parameters())
for _ in range(10):
    better, worse = score(torch.randn(8, 12)), score(torch.randn(8, 12))
    loss = -torch.log(torch.sigmoid(better - worse) + 1e-10).mean()
    opt.zero_grad()
    loss.backward()
    opt.step()
