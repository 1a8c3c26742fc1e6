"""Crops on fields, measured by a satellite in eight bands."""

import torch

CROPS = 6
generator = torch.Generator().manual_seed(0)


def fields(n, sort=False):
    """Fields come sorted by crop when they are read from the register for the test."""
    crop = torch.randint(0, CROPS, (n,), generator=generator)
    if sort:
        crop = crop.sort().values
    bands = crop.unsqueeze(1) / CROPS + 0.15 * torch.randn(n, 8, generator=generator)
    return list(zip(bands.split(60), crop.split(60)))
