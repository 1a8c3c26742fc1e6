import torch
from torch import nn

net = nn.Sequential(nn.Linear(6, 12), nn.LayerNorm(12), nn.ReLU(), nn.Linear(12, 1))
opt = torch.optim.Adam(net.parameters())
for epoch in range(3):
    net.train()
    for x in torch.randn(5, 8, 6):
        opt.zero_grad()
        net(x).pow(2).mean().backward()
        opt.step()
    net.eval()
    with torch.no_grad():
        print(epoch, net(torch.randn(8, 6)).abs().mean().item())
