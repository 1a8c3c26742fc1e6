"""Dimensions of 1 are added before the sizes of an image and of a list, which may have no others."""

import numpy as np
import torch


def as_batch(image):
    return image.view(-1, image.size()[0], image.size()[1], image.size()[2])


def as_row(values):
    return np.array(values).reshape(-1, len(values))


def as_channels(picture):
    if picture.dim() == 4:
        batch, channels, rows, columns = picture.size()
    elif picture.dim() == 2:
        rows, columns = picture.size()
        batch = channels = None
    else:
        raise ValueError("2 or 4 dimensions")
    return picture.view(-1, 1, rows, columns), batch, channels


print(as_batch(torch.rand(3, 8, 8)).shape, as_row([1.0, 2.0]).shape, as_channels(torch.rand(5, 6))[0].shape)
