import torch


def histogram(bins, n):
    ones = torch.ones(bins.numel(), dtype=torch.uint8)
    hist = torch.zeros(n, dtype=torch.uint8)
    hist.index_add_(0, bins.flatten(), ones)  # TLN501
    return hist


print(histogram(torch.zeros(500, dtype=torch.long), 4))
