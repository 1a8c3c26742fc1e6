import torch
from torch import nn

net = nn.Sequential(nn.Linear(3, 12), nn.Tanh(), nn.Linear(12, 1))
opt = torch.optim.SGD(net.parameters(), lr=0.1)
mse = nn.MSELoss()

for i in range(100):
    x = torch.rand(32, 3)
    loss = mse(net(x), x.prod(dim=1, keepdim=True))
    loss.backward()
    opt.zero_grad()  # TLN102
    opt.step()
