"""Softmax before a loss that has its own: squashed twice, the gradients shrink, and the loss can not fall to zero."""

import torch
from torch import nn


def spirals(count):
    """Points on three spirals: which one is it on?"""
    arms = torch.randint(3, (count,))
    radius = torch.rand(count)
    angle = 4 * radius + 2 * torch.pi / 3 * arms + 0.2 * torch.randn(count)
    return torch.stack([radius * angle.cos(), radius * angle.sin()], dim=1), arms


torch.manual_seed(0)
model = nn.Sequential(nn.Linear(2, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 3))
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
criterion = nn.CrossEntropyLoss()

for step in range(400):
    points, arms = spirals(128)
    optimizer.zero_grad()
    probabilities = model(points).softmax(dim=1)
    loss = criterion(probabilities, arms)
    loss.backward()
    optimizer.step()
