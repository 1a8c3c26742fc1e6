"""Losses that share the name, but not what they expect."""
import torch
from torch import nn

mean, log_var, rate = nn.Linear(4, 1), nn.Linear(4, 1), nn.Linear(4, 1)
opt = torch.optim.Adam([*mean.parameters(), *log_var.parameters(), *rate.parameters()])
gaussian, poisson = nn.GaussianNLLLoss(), nn.PoissonNLLLoss(log_input=True)
for _ in range(10):
    x, y, n = torch.randn(6, 4), torch.randn(6, 1), torch.randint(0, 9, (6, 1)).float()
    loss = gaussian(mean(x), y, log_var(x).exp()) + poisson(rate(x), n)
    opt.zero_grad()
    loss.backward()
    opt.step()
