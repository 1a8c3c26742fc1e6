import torch


def paint(canvas, patch, row, col):
    """Put `patch`, given as (width, height, colour), onto a (height, width, colour) canvas."""
    w, h, colours = patch.shape
    upright = patch.transpose(0, 1)
    canvas[row:row + h, col:col + w] = upright
    return canvas


print(paint(torch.zeros(20, 20, 3), torch.rand(4, 7, 3), 2, 5).sum() > 0)
