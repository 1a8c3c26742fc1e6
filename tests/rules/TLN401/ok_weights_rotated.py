"""The weights of a convolution as a matrix, multiplied from the left, and back."""

import torch
from torch import nn


class Rotated:
    def __init__(self, layer: nn.Conv2d):
        self.layer = layer
        self.n_out, self.n_in = layer.out_channels, layer.in_channels

    def merged(self, rotation):
        size = self.layer.kernel_size[0]
        weight = self.layer.weight.data.clone()
        weight = weight.view(self.n_out, self.n_in * size * size)
        weight = torch.transpose(weight, 0, 1)
        weight = torch.mm(rotation, weight.to(rotation.dtype))
        weight = torch.transpose(weight, 0, 1)
        return weight.reshape(self.n_out, self.n_in, size, size)


print(Rotated(nn.Conv2d(2, 5, 3)).merged(torch.eye(18)).shape)
