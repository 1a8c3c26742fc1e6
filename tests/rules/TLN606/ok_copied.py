import copy

from torch import nn


def fit(model, loader, optimizer, epochs):
    best, first, second, third = float("inf"), None, None, None
    for epoch in range(epochs):
        for x, y in loader:
            optimizer.zero_grad()
            loss = nn.functional.mse_loss(model(x), y)
            loss.backward()
            optimizer.step()
        if loss.item() < best:
            best = loss.item()
            first = copy.deepcopy(model.state_dict())
            second = {name: weight.clone() for name, weight in model.state_dict().items()}
            third = {name: weight.detach().cpu().clone() for name, weight in model.state_dict().items()}
    model.load_state_dict(first or second or third)
    return first, second, third
