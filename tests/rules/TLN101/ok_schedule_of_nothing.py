"""A schedule is drawn: the parameter of the optimizer has no elements."""
import torch

p = torch.nn.Parameter(torch.zeros(0))
optimizer = torch.optim.SGD([p], lr=5)
scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, 100)
rates = []
for _ in range(200):
    p.sum().backward()
    optimizer.step()
    rates.append(optimizer.param_groups[0]["lr"])
    scheduler.step()
