"""Repeating along the second dimension and then splitting it into the batch: rows stay whole."""

import torch
from torch import nn

encoder = nn.Sequential(nn.Embedding(40, 6), nn.Linear(6, 8))


def encode(prompts, copies, empty=None):
    if isinstance(prompts, str):
        batch = 1
    else:
        batch = len(prompts)
    tokens = torch.randint(0, 40, (batch, 5))
    embeds = encoder(tokens)
    n, length, _ = embeds.shape
    embeds = embeds.repeat(1, copies, 1)
    embeds = embeds.view(n * copies, length, -1)

    blank = encoder(torch.zeros(1, 5, dtype=torch.long))
    length = blank.shape[1]
    blank = blank.repeat(batch, copies, 1)
    blank = blank.view(batch * copies, length, -1)
    return embeds, blank


print([t.shape for t in encode(["a bird", "a fish"], 3)], [t.shape for t in encode("a bird", 3)])
