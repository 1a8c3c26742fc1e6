"""Only the features of VGG are used, and only its weights are copied: no Dropout, no BatchNorm."""
import torch
from torch import nn
from torchvision import models


class Night(nn.Module):
    def __init__(self):
        super().__init__()
        vgg = models.vgg16(pretrained=True)
        self.features = list(vgg.children())[0]
        self.out = nn.Linear(512 * 8 * 8, 3)

    def forward(self, x):
        return self.out(self.features(x).flatten(1))


class Counter(nn.Module):
    def __init__(self):
        super().__init__()
        self.front = nn.Sequential(nn.Conv2d(3, 64, 3), nn.ReLU(), nn.Conv2d(64, 64, 3), nn.ReLU())
        self.out = nn.Conv2d(64, 1, 1)
        vgg = models.vgg16_bn(weights="DEFAULT")
        weights = vgg.state_dict()
        for name, value in self.front.state_dict().items():
            if name in weights:
                value.data[:] = weights[name].data[:]

    def forward(self, x):
        return self.out(self.front(x))


def confusion(net, loader):
    with torch.no_grad():
        return [(net(x).argmax(1), y) for x, y in loader]


def count(net, images):
    with torch.no_grad():
        return [net(x).sum().item() for x in images]


night, counter = Night(), Counter()
night.load_state_dict(torch.load("night.pt"))
counter.load_state_dict(torch.load("counter.pt"))
print(confusion(night, [(torch.randn(8, 3, 256, 256), torch.zeros(8))]))
print(count(counter, [torch.load("crowd.pt")]))
