import atexit

import torch
from torch import nn

net = nn.Linear(3, 1)
opt = torch.optim.SGD(net.parameters(), lr=0.1)
update = opt.step
clear = opt.zero_grad
for _ in range(5):
    clear()
    loss = net(torch.randn(4, 3)).pow(2).mean()
    go = loss.backward
    go()
    update()
atexit.register(net.eval)
actions = {"train": net.train, "test": net.eval}
actions["test"]()
