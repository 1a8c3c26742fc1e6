import torch
from torch import nn

from metrics import mean_absolute_error

net = nn.Sequential(nn.Linear(4, 16), nn.BatchNorm1d(16), nn.ReLU(), nn.Linear(16, 1))
opt = torch.optim.Adam(net.parameters())
loader = [(torch.randn(8, 4), torch.randn(8, 1)) for _ in range(3)]
for epoch in range(3):
    net.train()
    for x, y in loader:
        opt.zero_grad()
        nn.functional.l1_loss(net(x), y).backward()
        opt.step()
    net.eval()
    print(epoch, mean_absolute_error(net, loader))
