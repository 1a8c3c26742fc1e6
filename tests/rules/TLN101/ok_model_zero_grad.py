import torch
import torch.nn as nn

model = nn.Linear(12, 1)
sgd = torch.optim.SGD(model.parameters(), lr=0.01)

for _ in range(100):
    x = torch.randn(32, 12)
    y = x.sum(dim=1, keepdim=True)
    model.zero_grad()
    err = nn.functional.smooth_l1_loss(model(x), y)
    err.backward()
    sgd.step()
