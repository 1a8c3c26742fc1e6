import torch
from torch import nn

G = nn.Sequential(nn.Linear(5, 20), nn.ReLU(), nn.Linear(20, 2))
D = nn.Sequential(nn.Linear(2, 20), nn.ReLU(), nn.Linear(20, 1))
g_opt = torch.optim.Adam(G.parameters(), lr=1e-4)
d_opt = torch.optim.Adam(D.parameters(), lr=1e-4)

for step in range(30):
    real = torch.randn(16, 2)
    fake = G(torch.randn(16, 5))
    d_loss = nn.functional.softplus(-D(real)).mean() + nn.functional.softplus(D(fake.detach())).mean()
    d_loss.backward()
    D.zero_grad()  # TLN102
    d_opt.step()

    g_opt.zero_grad()
    g_loss = nn.functional.softplus(-D(fake)).mean()
    g_loss.backward()
    g_opt.step()
