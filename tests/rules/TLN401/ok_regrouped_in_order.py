import torch


def regroup(x, y, windows):
    B, C, H, W = x.shape
    flat = x.view(B, -1)
    rows = x.reshape(B * C, H, W)
    spatial = x.view(B, C, H * W)
    groups = x.view(B, 2, C // 2, H, W)
    N, T, D = y.size()
    steps = y.reshape(N * T, D)
    back = steps.view(N, T, D)
    one = y.view(N, 1, T, D)
    heads = y.view(N, T, 4, D // 4)
    pairs = windows.view(windows.size(0), windows.size(1) * windows.size(2))
    return flat, rows, spatial, groups, back, one, heads, pairs


regroup(torch.rand(2, 4, 3, 3), torch.rand(2, 5, 8), torch.rand(2, 3, 4))
