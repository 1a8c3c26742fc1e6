import torch
from torch import nn
from torchvision import models


def backbone():
    return models.densenet121(weights="DEFAULT")


def main(loader):
    model = backbone()
    model.classifier = nn.Sequential(nn.Linear(1024, 2), nn.LogSoftmax(dim=1))
    criterion = nn.NLLLoss()
    optimizer = torch.optim.Adam(model.classifier.parameters(), lr=0.003)
    for images, labels in loader:
        optimizer.zero_grad()
        loss = criterion(model(images), labels)
        loss.backward()
        optimizer.step()
