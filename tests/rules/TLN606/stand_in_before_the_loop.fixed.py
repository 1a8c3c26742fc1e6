import copy

import torch
from torch import nn


def train(model, batches, held_out, epochs):
    optimizer = torch.optim.Adam(model.parameters())
    best = model.state_dict()
    lowest = -1
    for _ in range(epochs):
        for x, y in batches:
            optimizer.zero_grad()
            nn.functional.mse_loss(model(x), y).backward()
            optimizer.step()
        with torch.no_grad():
            loss = sum(nn.functional.mse_loss(model(x), y).item() for x, y in held_out)
        if lowest == -1 or loss < lowest:
            lowest = loss
            best = copy.deepcopy(model.state_dict())
        if loss < 0.01:
            break
    model.load_state_dict(best)
