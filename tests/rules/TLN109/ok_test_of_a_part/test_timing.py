import torch
from torch import nn


def test_time_of_backward():
    net = nn.Linear(4, 1)
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    for _ in range(10):
        optimizer.zero_grad()
        nn.functional.mse_loss(net(torch.randn(2, 4)), torch.randn(2, 1)).backward()
