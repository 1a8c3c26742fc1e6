import torch
from net import Net
from torch import nn

net = Net()
adam = torch.optim.Adam(net.parameters())
net.layers[2] = nn.Linear(8, 3)  # TLN108
for _ in range(10):
    adam.zero_grad()
    nn.functional.cross_entropy(net(torch.randn(4, 8)), torch.randint(3, (4,))).backward()
    adam.step()
