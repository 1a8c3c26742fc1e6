import sys

import model
import torch
from torch import nn

net = getattr(model, sys.argv[1])() if len(sys.argv) > 1 else model.Net()
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
optimizer.zero_grad()
nn.functional.cross_entropy(net(torch.randn(4, 8)), torch.zeros(4, dtype=torch.long)).backward()
optimizer.step()
