"""Transformer-XL's shift: the odd view is the trick itself."""
import torch


def rel_shift(x):
    zeros = torch.zeros((x.size(0), 1, *x.size()[2:]), dtype=x.dtype)
    padded = torch.cat([zeros, x], dim=1)
    padded = padded.view(x.size(1) + 1, x.size(0), *x.size()[2:])
    return padded[1:].view_as(x)


def rel_shift_heads(x):
    b, h, q, k = x.size()
    padded = torch.cat([x.new_zeros(b, h, q, 1), x], dim=-1)
    return padded.view(b, h, k + 1, q)[:, :, 1:].reshape(b, h, q, k)


print(rel_shift(torch.arange(12.0).view(3, 4, 1)).shape, rel_shift_heads(torch.rand(1, 2, 3, 4)).shape)
