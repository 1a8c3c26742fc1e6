# What is asked in the other branch is a plain function; a module is put into eval mode.
import torch
from torch import nn

from nets import get_net


def accuracy(loader, net):
    right, n = 0.0, 0
    with torch.no_grad():
        for x, y in loader:
            if isinstance(net, nn.Module):
                net.eval()
                right += (net(x).argmax(1) == y).sum().item()
                net.train()
            elif "is_training" in net.__code__.co_varnames:
                right += (net(x, is_training=False).argmax(1) == y).sum().item()
            else:
                right += (net(x).argmax(1) == y).sum().item()
            n += len(y)
    return right / n


def train(loader, test_loader):
    net = get_net()
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    for epoch in range(10):
        for x, y in loader:
            optimizer.zero_grad()
            nn.functional.cross_entropy(net(x), y).backward()
            optimizer.step()
        print(accuracy(test_loader, net))
