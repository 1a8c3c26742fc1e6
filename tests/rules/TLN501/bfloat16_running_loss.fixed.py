import torch
from torch import nn

net = nn.Linear(8, 1)
opt = torch.optim.SGD(net.parameters(), lr=0.01)
running = torch.zeros(1)
for step in range(600):
    x = torch.randn(4, 8)
    loss = (net(x) - 1).pow(2).mean()
    opt.zero_grad()
    loss.backward()
    opt.step()
    running += loss.detach()
print("mean loss", (running / 600).item())
