# The best network is the network itself: what is saved are the weights of the last epoch.
import copy

import torch
from torch import nn


def train(loader, val_loader, epochs):
    model = nn.Sequential(nn.Linear(784, 64), nn.ReLU(), nn.Linear(64, 784))
    optimizer = torch.optim.Adam(model.parameters())
    lowest = float("inf")
    for epoch in range(epochs):
        for x, _ in loader:
            optimizer.zero_grad()
            nn.functional.mse_loss(model(x), x).backward()
            optimizer.step()
        with torch.no_grad():
            loss = sum(nn.functional.mse_loss(model(x), x).item() for x, _ in val_loader)
        if loss < lowest:
            lowest = loss
            best_model = model  # TLN606
    torch.save(best_model, "best.pt")


def train_and_copy(loader, val_loader, epochs):
    model = nn.Linear(784, 784)
    optimizer = torch.optim.Adam(model.parameters())
    lowest, best_model = float("inf"), None
    for epoch in range(epochs):
        for x, _ in loader:
            optimizer.zero_grad()
            nn.functional.mse_loss(model(x), x).backward()
            optimizer.step()
        loss = sum(nn.functional.mse_loss(model(x), x).item() for x, _ in val_loader)
        if loss < lowest:
            lowest = loss
            best_model = copy.deepcopy(model)
    return best_model


def search(loader, val_loader, widths):
    """Each round trains a network of its own."""
    lowest, best_model = float("inf"), None
    for width in widths:
        model = nn.Sequential(nn.Linear(784, width), nn.ReLU(), nn.Linear(width, 784))
        optimizer = torch.optim.Adam(model.parameters())
        for x, _ in loader:
            optimizer.zero_grad()
            nn.functional.mse_loss(model(x), x).backward()
            optimizer.step()
        loss = sum(nn.functional.mse_loss(model(x), x).item() for x, _ in val_loader)
        if loss < lowest:
            lowest = loss
            best_model = model
    return best_model


def train_until(loader, val_loader, epochs, wanted):
    """The loop is left with the network as it is."""
    model = nn.Linear(784, 784)
    optimizer = torch.optim.Adam(model.parameters())
    good = None
    for epoch in range(epochs):
        for x, _ in loader:
            optimizer.zero_grad()
            nn.functional.mse_loss(model(x), x).backward()
            optimizer.step()
        loss = sum(nn.functional.mse_loss(model(x), x).item() for x, _ in val_loader)
        if loss < wanted:
            good = model
            break
    return good


def train_and_look(loader, val_loader, epochs):
    """The second name is for the evaluation of the same round."""
    model = nn.Linear(784, 784)
    optimizer = torch.optim.Adam(model.parameters())
    for epoch in range(epochs):
        for x, _ in loader:
            optimizer.zero_grad()
            nn.functional.mse_loss(model(x), x).backward()
            optimizer.step()
        if epoch > 10:
            tested = model
            print(sum(nn.functional.mse_loss(tested(x), x).item() for x, _ in val_loader))
    return model


def train_in_turn(loader, epochs):
    """The second name is that of the network at hand."""
    whole, head = nn.Linear(784, 784), nn.Linear(784, 784)
    optimizer = torch.optim.Adam([*whole.parameters(), *head.parameters()])
    for epoch in range(epochs):
        if epoch < 3:
            model = whole
        else:
            model = head
        for x, _ in loader:
            optimizer.zero_grad()
            (nn.functional.mse_loss(model(x), x) + nn.functional.mse_loss(whole(x), head(x))).backward()
            optimizer.step()
    return model
