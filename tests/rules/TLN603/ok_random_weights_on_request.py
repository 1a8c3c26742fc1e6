"""Images are augmented with convolutions at random; to estimate what that does, the weights stay the same."""
import torch
from torch import nn


class Augment(nn.Module):
    def __init__(self):
        super().__init__()
        self.shift = nn.Parameter(torch.zeros(3, 1, 1))
        self.spatial = nn.Conv2d(3, 3, 9, padding=4)
        self.color = nn.Conv2d(3, 3, 1)
        for parameter in [*self.spatial.parameters(), *self.color.parameters()]:
            parameter.requires_grad = False

    def forward(self, x, estimation=False):
        if not estimation:
            spatial = nn.Conv2d(3, 3, 9, padding=4)
            color = nn.Conv2d(3, 3, 1)
            return torch.tanh(spatial(x) + color(x) + self.shift)
        return torch.tanh(self.spatial(x) + self.color(x) + self.shift)


print(Augment()(torch.randn(4, 3, 32, 32)).shape)
