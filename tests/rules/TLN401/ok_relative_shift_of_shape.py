"""The relative shift of XLNet: the sizes of the tensor swapped by a view, its first row dropped, and back."""

import torch


def shift_first(x, length):
    size = x.shape
    x = x.reshape(size[1], size[0], size[2], size[3])
    x = x[1:, ...]
    x = x.reshape(size[0], size[1] - 1, size[2], size[3])
    return torch.index_select(x, 1, torch.arange(length))


def shift_last(x, length):
    size = x.shape
    x = x.reshape(size[0], size[1], size[3], size[2])
    x = x[:, :, 1:, :]
    x = x.reshape(size[0], size[1], size[2], size[3] - 1)
    return torch.index_select(x, 3, torch.arange(length))


print(shift_first(torch.rand(3, 6, 2, 4), 3).shape, shift_last(torch.rand(2, 4, 3, 6), 3).shape)
