"""StyleGAN's modulated convolution: the samples become groups of one convolution."""
import torch
from torch.nn import functional as F


def modulated_conv(x, weight, style):
    b, c, h, w = x.shape
    out = weight.shape[0]
    weight = weight.unsqueeze(0) * style.view(b, 1, c, 1, 1)
    weight = weight.view(b * out, c, 3, 3)
    x = x.view(1, b * c, h, w)
    y = F.conv2d(x, weight, padding=1, groups=b)
    return y.view(b, out, h, w)


print(modulated_conv(torch.rand(2, 3, 5, 5), torch.rand(4, 3, 3, 3), torch.rand(2, 3)).shape)
