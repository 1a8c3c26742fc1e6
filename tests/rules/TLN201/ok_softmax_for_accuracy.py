import torch
from torch import nn


def validate(model, loader, criterion=nn.CrossEntropyLoss()):
    model.eval()
    loss_sum = hits = n = 0
    with torch.no_grad():
        for x, y in loader:
            output = model(x)
            loss_sum += criterion(output, y).item() * len(y)
            output = torch.softmax(output, dim=1)
            hits += (output.argmax(dim=1) == y).sum().item()
            n += len(y)
    return loss_sum / n, hits / n
