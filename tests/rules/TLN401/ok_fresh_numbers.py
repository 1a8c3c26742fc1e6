import torch


def synthetic(batch, height, width, channels=3):
    """Whatever order random numbers are dealt in, they stay random."""
    noise = torch.randn(batch * channels * height * width).view(batch, channels, height, width)
    grid = torch.arange(height * width).view(height, width)
    zeros = torch.zeros(batch, height * width, channels).view(batch, channels, height, width)
    return noise, grid, zeros


synthetic(2, 4, 5)
