"""Losses of test data that are trained on after all, a look at the shapes before training, samples from noise."""

import torch
from torch import nn

test_inputs = torch.randn(16, 4)
net = nn.Sequential(nn.Linear(4, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Dropout(0.2), nn.Linear(8, 4))
optimizer = torch.optim.SGD(net.parameters(), lr=0.01)
print(net(test_inputs).shape)

for epoch in range(3):
    test_data = test_inputs.split(4)
    loss = torch.tensor(0.0)
    for x in test_data:
        output = net(x)
        loss = loss + ((output - x) ** 2).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()

test_z = torch.randn(8, 4)
test_images = net(test_z)
print(test_images.mean())
