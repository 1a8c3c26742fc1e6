import torch
from torch import nn


def val_epoch(model, loader):
    correct = 0
    with torch.no_grad():
        for x, y in loader:
            correct += (model(x).argmax(1) == y).sum().item()
    return correct


def train_epoch(model, loader, optimizer):
    model.train()
    for x, y in loader:
        optimizer.zero_grad()
        nn.functional.cross_entropy(model(x), y).backward()
        optimizer.step()


if __name__ == "__main__":
    dataset = ObjectDataset("train")
    loader = torch.utils.data.DataLoader(dataset, batch_size=8)
    model = nn.Sequential(nn.Linear(4, 4), nn.Dropout(0.5), nn.Linear(4, 2))
    optimizer = torch.optim.Adam(model.parameters())
    for epoch in range(10):
        train_epoch(model, loader, optimizer)
        print(val_epoch(model, loader))
