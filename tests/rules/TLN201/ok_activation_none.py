import torch
from torch import nn


def mlp(sizes, out_activation=None):
    layers = []
    for a, b in zip(sizes[:-1], sizes[1:]):
        layers += [nn.Linear(a, b), nn.ReLU()]
    layers.pop()
    if out_activation == "softmax":
        layers.append(nn.Softmax(dim=1))
    return nn.Sequential(*layers)


net = mlp([10, 20, 3])
loss_fn = nn.CrossEntropyLoss()
opt = torch.optim.Adam(net.parameters())
for _ in range(3):
    opt.zero_grad()
    loss_fn(net(torch.randn(6, 10)), torch.randint(0, 3, (6,))).backward()
    opt.step()
