"""What is named or called for nothing does no harm: something else does its work, or takes its place."""

import copy

import torch


def evaluate(model, loader):
    model.eval()
    torch.no_grad()
    right = 0
    with torch.no_grad():
        for x, y in loader:
            right += (model(x).argmax(1) == y).sum().item()
    return right


def fit(model, optimizer, loader):
    best, best_weights = 0, model.state_dict
    for _ in range(10):
        model.train()
        for x, y in loader:
            optimizer.zero_grad()
            torch.nn.functional.cross_entropy(model(x), y).backward()
            optimizer.step()
        reached = evaluate(model, loader)
        if reached > best:
            best = reached
            best_weights = copy.deepcopy(model.state_dict())
    model.load_state_dict(best_weights)
