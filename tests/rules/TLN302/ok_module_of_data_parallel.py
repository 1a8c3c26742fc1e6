"""The modes are those of the network within: train() of it undoes eval() of the wrapper."""
import torch
from torch import nn


def evaluate(net, loader):
    net.eval()
    correct = 0
    with torch.no_grad():
        for x, y in loader:
            correct += (net(x).argmax(1) == y).sum().item()
    return correct


net = nn.DataParallel(nn.Sequential(nn.Linear(32, 64), nn.BatchNorm1d(64), nn.ReLU(), nn.Linear(64, 4)))
optimizer = torch.optim.Adam(net.module.parameters())
loader = [(torch.randn(8, 32), torch.randint(0, 4, (8,))) for _ in range(20)]
for _ in range(5):
    net.module.train()
    for x, y in loader:
        net.module.zero_grad()
        nn.functional.cross_entropy(net(x), y).backward()
        optimizer.step()
    net.module.eval()
    print(evaluate(net, loader[:5]))
