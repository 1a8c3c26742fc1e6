"""While the discriminator learns, the generator runs in train mode without gradients: as usual."""
import torch
from torch import nn

netG = nn.Sequential(nn.Linear(8, 16), nn.BatchNorm1d(16), nn.ReLU(), nn.Linear(16, 3))
netD = nn.Sequential(nn.Linear(3, 16), nn.LeakyReLU(0.2), nn.Dropout(0.3), nn.Linear(16, 1))
optD = torch.optim.Adam(netD.parameters(), lr=2e-4)
optG = torch.optim.Adam(netG.parameters(), lr=2e-4)

for _ in range(10):
    for _ in range(2):
        with torch.no_grad():
            fake = netG(torch.randn(12, 8))
        d_loss = torch.relu(1 - netD(torch.randn(12, 3))).mean() + torch.relu(1 + netD(fake)).mean()
        optD.zero_grad()
        d_loss.backward()
        optD.step()
    g_loss = -netD(netG(torch.randn(12, 8))).mean()
    optG.zero_grad()
    g_loss.backward()
    optG.step()
