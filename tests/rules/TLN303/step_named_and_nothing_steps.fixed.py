# nothing steps here, but the missing parentheses are the cause, and enough to say
import torch
from torch import nn

net = nn.Linear(4, 1)
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
for _ in range(10):
    optimizer.zero_grad()
    nn.functional.mse_loss(net(torch.randn(2, 4)), torch.randn(2, 1)).backward()
    optimizer.step()
