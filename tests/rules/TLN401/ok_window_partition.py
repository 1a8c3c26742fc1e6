"""Swin's windows: the sizes are bound again before they are used."""
import torch


def window_partition(x, m):
    B, H, W, C = x.shape
    x = x.view(B, H // m, m, W // m, m, C)
    return x.permute(0, 1, 3, 2, 4, 5).contiguous().view(-1, m, m, C)


def window_reverse(windows, m, H, W):
    B = int(windows.shape[0] / (H * W / m / m))
    x = windows.view(B, H // m, W // m, m, m, -1)
    return x.permute(0, 1, 3, 2, 4, 5).contiguous().view(B, H, W, -1)


t = torch.rand(2, 8, 12, 3)
assert torch.equal(window_reverse(window_partition(t, 4), 4, 8, 12), t)
