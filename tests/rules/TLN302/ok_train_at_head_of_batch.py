import torch
from torch import nn

net = nn.Sequential(nn.Linear(8, 8), nn.BatchNorm1d(8), nn.Linear(8, 2))
opt = torch.optim.AdamW(net.parameters())
for it in range(20):
    net.train()
    opt.zero_grad()
    x, y = torch.randn(6, 8), torch.randint(0, 2, (6,))
    nn.functional.cross_entropy(net(x), y).backward()
    opt.step()
    if it % 5 == 0:
        net.eval()
        with torch.no_grad():
            print(net(x).argmax(1))
