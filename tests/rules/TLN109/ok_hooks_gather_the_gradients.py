"""The optimizer is there to clear; hooks take what backward computes."""

import torch
from torch import nn

net = nn.Linear(4, 2)
gathered = []
net.register_full_backward_hook(lambda module, inputs, outputs: gathered.append(outputs[0]))
clearing = torch.optim.SGD(net.parameters(), lr=0.0)
for x in torch.randn(8, 4):
    clearing.zero_grad()
    net(x[None]).logsumexp(1).sum().backward()
print(torch.cat(gathered).T @ torch.cat(gathered))
