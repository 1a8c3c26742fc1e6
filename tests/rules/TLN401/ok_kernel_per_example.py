"""The first and the last dimension have no name, and the view gives them one: only the first two are merged."""
import torch.nn.functional as F


def convolve(x, weight):
    b, c, h, w = x.shape
    _, out, group, k, _ = weight.shape
    weight = weight.view(b * out, group, k, k)
    x = F.conv2d(x.view(1, b * c, h, w), weight, padding=k // 2, groups=b)
    return x.view(b, out, *x.shape[-2:])
