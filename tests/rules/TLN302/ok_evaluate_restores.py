import torch
from torch import nn


def dev_loss(model, dev):
    model.eval()
    with torch.no_grad():
        value = sum(nn.functional.l1_loss(model(x), y).item() for x, y in dev)
    model.train()
    return value


model = nn.Sequential(nn.Linear(5, 15), nn.Dropout(0.2), nn.Linear(15, 1))
opt = torch.optim.SGD(model.parameters(), lr=0.01)
data = [(torch.randn(4, 5), torch.randn(4, 1)) for _ in range(9)]
for i, (x, y) in enumerate(data):
    opt.zero_grad()
    nn.functional.l1_loss(model(x), y).backward()
    opt.step()
    if i % 3 == 0:
        print(dev_loss(model, data))
