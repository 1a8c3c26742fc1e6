import torch
from torch import nn


def validate(model, loader):
    criterion = nn.BCEWithLogitsLoss()
    model.eval()
    losses, f1 = [], []
    with torch.no_grad():
        for x, y in loader:
            out = model(x)
            losses.append(criterion(out, y).item())
            guess = (torch.sigmoid(out) > 0.5).float()
            f1.append((2 * (guess * y).sum() / (guess.sum() + y.sum()).clamp(min=1)).item())
    return sum(losses) / len(losses), sum(f1) / len(f1)
