"""Fit a small regressor of house prices."""
import torch
from torch import nn


def train_one_epoch(model, loader, criterion, optimizer, device):
    model.train()
    running = 0.0
    for features, price in loader:
        features, price = features.to(device), price.to(device)
        prediction = model(features).squeeze(1)
        loss = criterion(prediction, price)
        loss.backward()
        optimizer.step()  # TLN101
        running += loss.item()
    return running / len(loader)


if __name__ == "__main__":
    net = nn.Sequential(nn.Linear(8, 32), nn.ReLU(), nn.Linear(32, 1))
    houses = [(torch.randn(16, 8), torch.randn(16)) for _ in range(10)]
    opt = torch.optim.SGD(net.parameters(), lr=1e-3)
    for epoch in range(3):
        print(train_one_epoch(net, houses, nn.MSELoss(), opt, "cpu"))
