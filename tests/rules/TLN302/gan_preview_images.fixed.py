import torch
from torch import nn

gen = nn.Sequential(nn.Linear(12, 48), nn.BatchNorm1d(48), nn.ReLU(), nn.Linear(48, 3))
dis = nn.Sequential(nn.Linear(3, 48), nn.LeakyReLU(0.1), nn.Linear(48, 1))
opt_g = torch.optim.Adam(gen.parameters(), 1e-4)
opt_d = torch.optim.Adam(dis.parameters(), 4e-4)
bce = nn.functional.binary_cross_entropy_with_logits

for step in range(25):
    real, fake = torch.rand(10, 3), gen(torch.randn(10, 12))
    d_loss = bce(dis(real), torch.ones(10, 1)) + bce(dis(fake.detach()), torch.zeros(10, 1))
    opt_d.zero_grad()
    d_loss.backward()
    opt_d.step()

    g_loss = bce(dis(fake), torch.ones(10, 1))
    opt_g.zero_grad()
    g_loss.backward()
    opt_g.step()

    if step % 10 == 0:
        gen.eval()
        with torch.no_grad():
            print(gen(torch.randn(4, 12)))
        gen.train()
