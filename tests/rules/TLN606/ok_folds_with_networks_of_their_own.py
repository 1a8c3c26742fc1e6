# Each fold makes a network of its own: the one whose weights are kept is trained no further.
import torch
from torch import nn


def fit(model, loader):
    optimizer = torch.optim.Adam(model.parameters())
    for x, y in loader:
        optimizer.zero_grad()
        nn.functional.cross_entropy(model(x), y).backward()
        optimizer.step()


def score(model, loader):
    return sum((model(x).argmax(1) == y).sum().item() for x, y in loader)


if __name__ == "__main__":
    model = nn.Linear(4, 2)
    print(sum(p.numel() for p in model.parameters()))
    best, weights = 0, None
    for loader, val_loader in []:
        model = nn.Linear(4, 2)
        model.to("cpu")
        fit(model, loader)
        reached = score(model, val_loader)
        if reached > best:
            best = reached
            weights = model.state_dict()
    if weights is not None:
        torch.save(weights, "best.pt")
