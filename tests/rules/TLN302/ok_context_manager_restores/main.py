import torch
from torch import nn

from modes import eval_mode

net = nn.Sequential(nn.Linear(5, 10), nn.Dropout(0.3), nn.Linear(10, 2))
opt = torch.optim.SGD(net.parameters(), lr=0.1)
for i in range(12):
    x, y = torch.randn(3, 5), torch.randint(0, 2, (3,))
    opt.zero_grad()
    nn.functional.cross_entropy(net(x), y).backward()
    opt.step()
    if i % 4 == 0:
        with eval_mode(net), torch.no_grad():
            print(net(x))
