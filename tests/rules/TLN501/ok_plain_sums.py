import torch
from torch import nn


def score(model, loader):
    model.eval()
    correct, area = 0, 0
    with torch.no_grad():
        for x, y in loader:
            pred = model(x).argmax(1)
            correct += (pred == y).sum().item()
            correct += (pred == y).sum()
            area += x.byte().sum()
            area += (x > 0).to(torch.uint8).sum(dim=0).max()
            share = pred.eq(y).float().sum() / len(y)
    return correct, area, share


print(score(nn.Linear(4, 2), [(torch.rand(3, 4) * 9, torch.tensor([0, 1, 1]))]))
