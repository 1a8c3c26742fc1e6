import copy

import torch
from torch import nn


def make():
    return nn.Sequential(nn.Linear(5, 12), nn.Dropout(0.5), nn.ReLU(), nn.Linear(12, 2))


def test(net, x):
    clean = copy.deepcopy(net).eval()
    with torch.no_grad():
        return clean(x).argmax(1)


net = make()
opt = torch.optim.SGD(net.parameters(), lr=0.1)
for i in range(20):
    opt.zero_grad()
    nn.functional.cross_entropy(net(torch.randn(6, 5)), torch.randint(0, 2, (6,))).backward()
    opt.step()
    if i % 10 == 0:
        print(test(net, torch.randn(3, 5)))

other = make()
other.load_state_dict(net.state_dict())
other.eval()
with torch.no_grad():
    print(other(torch.randn(1, 5)))
