import torch


def evaluate(model, loader):
    model.eval()
    total = 0.0
    with torch.no_grad():
        for tokens, score in loader:
            total += torch.nn.functional.mse_loss(model(tokens), score).item()
    return total / len(loader)
