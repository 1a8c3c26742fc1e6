import torch
from torch import nn
from torch.utils.data import DataLoader


def fit(model, loaders, epochs, lr):
    criterion = nn.CrossEntropyLoss()
    for epoch in range(epochs):
        optimizer = torch.optim.Adam(model.parameters(), lr=lr, weight_decay=1e-4)  # TLN110
        model.train()
        for x, y in loaders["train"]:
            loss = criterion(model(x), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()


def train_one(model, loader, optimizer):
    for x, y in loader:
        optimizer.zero_grad()
        nn.functional.cross_entropy(model(x), y).backward()
        optimizer.step()


def main(dataset):
    model = nn.Linear(8, 2)
    loader = DataLoader(dataset, batch_size=4)
    for _ in range(10):
        sgd = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)  # TLN110
        train_one(model, loader, sgd)
