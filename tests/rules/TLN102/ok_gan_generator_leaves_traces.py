"""The generator's backward fills the discriminator too; its next turn begins by clearing that."""
import torch
from torch import nn

gen, dis = nn.Linear(3, 2), nn.Linear(2, 1)
og = torch.optim.SGD(gen.parameters(), lr=0.01)
od = torch.optim.SGD(dis.parameters(), lr=0.01)
for _ in range(10):
    og.zero_grad()
    fake = gen(torch.randn(6, 3))
    (-dis(fake).mean()).backward()
    og.step()

    od.zero_grad()
    (dis(fake.detach()).mean() - dis(torch.randn(6, 2)).mean()).backward()
    od.step()
