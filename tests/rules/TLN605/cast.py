import torch


def scaled(x):
    counts = torch.zeros(4, dtype=torch.int64)
    counts.float()  # TLN605
    return counts / x
