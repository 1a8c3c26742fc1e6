import torch
from torch import nn

net = nn.Sequential(nn.Linear(8, 8), nn.Dropout(), nn.Linear(8, 1))
opt = torch.optim.Adagrad(net.parameters())
for epoch in range(3):
    net.train(mode=True)
    for x in torch.randn(5, 10, 8):
        opt.zero_grad()
        net(x).pow(2).mean().backward()
        opt.step()
    net.train(False)
    with torch.no_grad():
        for x in torch.randn(2, 10, 8):
            print(epoch, net(x).abs().mean().item())
