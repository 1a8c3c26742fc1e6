"""A detector gives its loss in train mode only: it is switched there for one forward of each round, and back."""

import torch
from detection import build_detector


@torch.no_grad()
def evaluate(model, loader):
    model.eval()
    found, losses = [], []
    for images, targets in loader:
        found.append(model(images))
        model.train()
        losses.append(sum(model(images, targets).values()).item())
        model.eval()
    return found, losses


def main(train_loader, val_loader):
    model = build_detector(91)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.02)
    for epoch in range(10):
        model.train()
        for images, targets in train_loader:
            optimizer.zero_grad()
            sum(model(images, targets).values()).backward()
            optimizer.step()
        evaluate(model, val_loader)
