"""A test looks whether some steps run at all."""

import torch
from torch import nn

model = nn.Linear(4, 2)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
for _ in range(10):
    loss = nn.functional.mse_loss(model(torch.rand(3, 4)), torch.rand(3, 2))
    loss.backward()
    optimizer.step()
    print(loss)
