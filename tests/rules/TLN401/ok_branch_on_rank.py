"""Maps are turned into tokens first, and only maps are turned back."""

import torch


def step(logits, ids):
    is_map = logits.ndim == 4 and ids.ndim == 3
    if is_map:
        batch, codes, rows, columns = logits.shape
        ids = ids.reshape(batch, rows * columns)
        logits = logits.reshape(batch, codes, rows * columns).permute(0, 2, 1)
    probs = logits.softmax(dim=-1)
    flat = probs.reshape(-1, probs.size(-1))
    drawn = torch.multinomial(flat, 1)[:, 0].view(*probs.shape[:-1])
    drawn = torch.where(ids == 0, drawn, ids)
    if is_map:
        drawn = drawn.reshape(batch, rows, columns)
    return drawn


print(step(torch.rand(2, 7, 3, 4), torch.zeros(2, 3, 4).long()).shape, step(torch.rand(2, 5, 7), torch.ones(2, 5).long()).shape)
