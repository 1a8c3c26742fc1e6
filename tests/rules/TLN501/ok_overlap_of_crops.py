"""Overlapping crops are put together; each pixel is divided by how many crops it got."""
import torch


def stitch(crops, corners, height, width, size):
    canvas = torch.zeros(height, width)
    seen = torch.zeros(height, width, dtype=torch.uint8)
    for crop, (top, left) in zip(crops, corners):
        canvas[top:top + size, left:left + size] += crop
        seen[top:top + size, left:left + size] += torch.ones(size, size, dtype=torch.uint8)  # TLN501
    return canvas / seen.clamp(min=1)


print(stitch(torch.ones(300, 2, 2), [(0, 0)] * 300, 4, 4, 2).max())
