import torch
from torch import nn


def make_discriminator(width=32):
    return nn.Sequential(nn.Linear(2, width), nn.LeakyReLU(0.2), nn.Linear(width, 1))


gen = nn.Sequential(nn.Linear(4, 32), nn.ReLU(), nn.Linear(32, 2))
dis = make_discriminator()
adversarial = nn.BCEWithLogitsLoss()
opt_g = torch.optim.Adam(gen.parameters())
opt_d = torch.optim.Adam(dis.parameters())
for _ in range(10):
    real, fake = torch.randn(8, 2), gen(torch.randn(8, 4))
    opt_d.zero_grad()
    verdict = dis(torch.cat([real, fake.detach()]))
    adversarial(verdict, torch.cat([torch.ones(8, 1), torch.zeros(8, 1)])).backward()
    opt_d.step()
    opt_g.zero_grad()
    adversarial(dis(fake), torch.ones(8, 1)).backward()
    opt_g.step()
