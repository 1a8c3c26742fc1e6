import torch
from torch import nn


def train(model, loader, optimizer):
    model.train()
    seen = right = 0
    for x, y in loader:
        out = model(x)
        loss = nn.functional.cross_entropy(out, y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        with torch.no_grad():
            right += (out.argmax(1) == y).sum().item()
            seen += len(y)
    return right / seen


net = nn.Sequential(nn.Linear(4, 8), nn.Dropout(0.5), nn.Linear(8, 2))
print(train(net, [(torch.randn(5, 4), torch.randint(0, 2, (5,)))], torch.optim.Adam(net.parameters())))
