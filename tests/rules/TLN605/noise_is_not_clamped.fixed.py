import torch
from torch import nn


def add_noise(x, scale):
    x = x + scale * torch.randn(x.size())
    x = x.clamp(0, 1)
    return x


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Linear(784, 10)

    def forward(self, images):
        images = images.view(images.size(0), -1)
        return self.first(images)


def step(net, batch, mask):
    scores = net(batch)
    scores = scores.masked_fill(mask, -1e9)
    return scores.argmax(1)
