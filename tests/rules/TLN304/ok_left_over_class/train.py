import torch
from model import *
from torch import nn

net = Net()
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
optimizer.zero_grad()
nn.functional.cross_entropy(net(torch.randn(4, 8)), torch.zeros(4, dtype=torch.long)).backward()
optimizer.step()
