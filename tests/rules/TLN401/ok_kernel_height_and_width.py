"""Kernels to be shown as images: height and width change places, which are the same number in a square kernel."""
import torch
from torch import nn
from torchvision.utils import make_grid


def kernel_images(model):
    for name, layer in model.named_modules():
        if isinstance(layer, nn.Conv2d):
            columns, rows = layer.weight.shape[3], layer.weight.shape[2]
            yield name, make_grid(layer.weight.view(-1, 1, columns, rows), nrow=layer.weight.shape[1])


for name, image in kernel_images(nn.Sequential(nn.Conv2d(3, 8, 5), nn.ReLU(), nn.Conv2d(8, 8, 3))):
    print(name, image.shape, torch.isfinite(image).all())
