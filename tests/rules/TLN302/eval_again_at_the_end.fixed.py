import torch
from torch import nn

net = nn.Sequential(nn.Linear(10, 32), nn.BatchNorm1d(32), nn.Tanh(), nn.Linear(32, 1))
opt = torch.optim.Adam(net.parameters(), lr=3e-3)
loss_fn = nn.HuberLoss()

for step in range(60):
    x = torch.randn(16, 10)
    loss = loss_fn(net(x), x.mean(1, keepdim=True))
    opt.zero_grad()
    loss.backward()
    opt.step()

    if step % 20 == 0:
        net.eval()
        with torch.no_grad():
            x = torch.randn(64, 10)
            print(step, loss_fn(net(x), x.mean(1, keepdim=True)).item())
        net.train()
