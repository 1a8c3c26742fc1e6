"""The backbone is looked up by name: any of them has BatchNorm or Dropout."""

import torch
from torch import nn
from torchvision import models


class Encoder(nn.Module):
    def __init__(self, arch, size):
        super().__init__()
        self.cnn = models.__dict__[arch](weights=None)
        self.head = nn.Linear(1000, size)

    def forward(self, images):
        return self.head(self.cnn(images))


class Probe(nn.Module):
    def __init__(self, arch):
        super().__init__()
        self.cnn = getattr(models, arch)(weights=None)

    def forward(self, images):
        return self.cnn(images)


def fit(net, batches, optimizer):
    for epoch in range(3):
        for images, target in batches:
            optimizer.zero_grad()
            nn.functional.cross_entropy(net(images), target).backward()
            optimizer.step()
        with torch.no_grad():
            for images, target in batches:
                print((net(images).argmax(1) == target).float().mean())  # TLN301


def main(arch):
    batches = [(torch.randn(2, 3, 64, 64), torch.randint(0, 5, (2,)))]
    for net in (Encoder(arch, 5), Probe(arch)):
        fit(net, batches, torch.optim.Adam(net.parameters()))


main("resnet18")
