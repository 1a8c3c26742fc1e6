import torch
from torch import nn
from torchvision import models


class Fungi(nn.Module):
    def __init__(self, kinds):
        super().__init__()
        self.backbone = models.resnet50(weights="DEFAULT")
        for weight in self.backbone.parameters():
            weight.requires_grad = False
        width = self.backbone.fc.in_features
        self.backbone.fc = nn.Sequential(nn.Linear(width, kinds), nn.Softmax(dim=1))  # TLN201

    def forward(self, images):
        return self.backbone(images)


def vgg(kinds):
    net = models.vgg16()
    net.classifier[6] = nn.Sequential(nn.Linear(4096, kinds), nn.Softmax(1))  # TLN201
    return net


def train(net, loader):
    optimizer = torch.optim.Adam(net.parameters())
    criterion = nn.CrossEntropyLoss()
    for images, labels in loader:
        optimizer.zero_grad()
        loss = criterion(net(images), labels)
        loss.backward()
        optimizer.step()


def main(loader):
    train(Fungi(12), loader)
    train(vgg(12), loader)
