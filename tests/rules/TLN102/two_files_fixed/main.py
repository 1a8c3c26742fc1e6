import torch
from torch import nn

from steps import optimise

net = nn.Sequential(nn.Linear(6, 10), nn.ReLU(), nn.Linear(10, 3))
opt = torch.optim.SGD(net.parameters(), lr=0.2)
for _ in range(20):
    x, y = torch.randn(8, 6), torch.randint(0, 3, (8,))
    loss = nn.functional.cross_entropy(net(x), y)
    loss.backward()
    optimise(opt, clip=1.0)
