"""DCGAN draws its samples with the batch's own statistics, as it was trained."""
import torch
from torch import nn

generator = nn.Sequential(nn.Linear(16, 32), nn.BatchNorm1d(32), nn.ReLU(), nn.Linear(32, 2), nn.Tanh())
critic = nn.Sequential(nn.Linear(2, 32), nn.LeakyReLU(0.2), nn.Linear(32, 1))
opt_g = torch.optim.RMSprop(generator.parameters(), lr=5e-5)
opt_c = torch.optim.RMSprop(critic.parameters(), lr=5e-5)
fixed = torch.randn(64, 16)
generator.train()
for it in range(20):
    gap = critic(generator(torch.randn(64, 16)).detach()).mean() - critic(torch.randn(64, 2)).mean()
    opt_c.zero_grad()
    gap.backward()
    opt_c.step()
    g_loss = -critic(generator(torch.randn(64, 16))).mean()
    opt_g.zero_grad()
    g_loss.backward()
    opt_g.step()
    if it % 10 == 0:
        with torch.no_grad():
            samples = generator(fixed)
        print(samples.mean(0))
