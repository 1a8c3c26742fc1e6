import torch
from torch import nn


def fit(model, loader, optimizer, epochs, goal):
    final = None
    for epoch in range(epochs):
        for x, y in loader:
            optimizer.zero_grad()
            loss = nn.functional.mse_loss(model(x), y)
            loss.backward()
            optimizer.step()
        if loss.item() < goal:
            final = model.state_dict()
            break
    torch.save(final, "final.pt")
    weights = model.state_dict()
    return weights
