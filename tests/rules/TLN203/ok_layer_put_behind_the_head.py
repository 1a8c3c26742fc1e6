import torch
from torch import nn
from torchvision import models


def main(loader):
    model = models.vgg16(weights="DEFAULT")
    model.classifier._modules["6"] = nn.Linear(4096, 2)
    model.classifier._modules["7"] = nn.LogSoftmax(dim=1)
    criterion = nn.NLLLoss()
    optimizer = torch.optim.SGD(model.classifier[6].parameters(), lr=0.001)
    for images, labels in loader:
        loss = criterion(model(images), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
