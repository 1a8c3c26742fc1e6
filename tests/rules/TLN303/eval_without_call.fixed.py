import torch
from torch import nn


def evaluate(model, loader):
    model.eval()
    hits = n = 0
    with torch.no_grad():
        for x, y in loader:
            hits += (model(x).argmax(1) == y).sum().item()
            n += len(y)
    return hits / n


net = nn.Sequential(nn.Linear(4, 16), nn.Dropout(0.5), nn.ReLU(), nn.Linear(16, 2))
opt = torch.optim.Adam(net.parameters())
data = [(torch.randn(6, 4), torch.randint(0, 2, (6,))) for _ in range(4)]
for _ in range(2):
    net.train()
    for x, y in data:
        opt.zero_grad()
        nn.functional.cross_entropy(net(x), y).backward()
        opt.step()
    print(evaluate(net, data))
