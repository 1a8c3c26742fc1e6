# Only the linear head is trained: BatchNorm in eval mode keeps the statistics that the frozen weights were trained with.
import torch
from torch import nn
from torchvision import models


def finetune(loader, val_loader, device):
    net = models.resnet50(weights="DEFAULT")
    net.fc = nn.Linear(2048, 65)
    net.to(device)
    for weight in net.parameters():
        weight.requires_grad = False
    for weight in net.fc.parameters():
        weight.requires_grad = True
    loss_fn = nn.CrossEntropyLoss()
    optimizer = torch.optim.Adam(net.parameters(), lr=1e-3)
    for epoch in range(10):
        for images, labels in loader:
            loss = loss_fn(net(images), labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        net.eval()
        right = 0
        for images, labels in val_loader:
            with torch.no_grad():
                right += (net(images).argmax(1) == labels).sum().item()
        print(epoch, right)


def finetune_all(loader, val_loader, device, frozen):
    net = models.resnet50(weights="DEFAULT")
    net.fc = nn.Linear(2048, 65)
    net.to(device)
    if frozen:
        for weight in net.parameters():
            weight.requires_grad = False
    for weight in net.fc.parameters():
        weight.requires_grad = True
    loss_fn = nn.CrossEntropyLoss()
    optimizer = torch.optim.Adam(net.parameters(), lr=1e-3)
    for epoch in range(10):
        for images, labels in loader:
            loss = loss_fn(net(images), labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        net.eval()  # TLN302
        right = 0
        for images, labels in val_loader:
            with torch.no_grad():
                right += (net(images).argmax(1) == labels).sum().item()
        print(epoch, right)
