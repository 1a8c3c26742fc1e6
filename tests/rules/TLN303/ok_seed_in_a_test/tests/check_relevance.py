import torch
from torch import nn

torch.manual_seed
net = nn.Linear(4, 2)
x = torch.randn(3, 4)
assert torch.allclose(net(x), x @ net.weight.T + net.bias)
