import torch
from torch import nn

net = nn.Sequential(nn.Linear(5, 10), nn.Tanh(), nn.Linear(10, 1), nn.Sigmoid())
criterion = nn.BCELoss()
opt = torch.optim.Adam(net.parameters())
for _ in range(10):
    x, y = torch.randn(7, 5), torch.randint(0, 2, (7, 1)).float()
    opt.zero_grad()
    criterion(net(x), y).backward()
    opt.step()
