import torch


def fold(x, clip, views):
    B, T, D = x.shape
    rows = x.reshape(B * T, D)
    back = rows.view(B, T, D)
    b, t, c, h, w = clip.shape
    frames = clip.view(b * t, c, h, w)
    n, v = views.size(0), views.size(1)
    stacked = views.view(n * v, -1)
    return back, frames, stacked


fold(torch.rand(2, 3, 4), torch.rand(2, 3, 1, 5, 5), torch.rand(2, 6, 4, 4))
