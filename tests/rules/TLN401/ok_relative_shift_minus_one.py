"""The relative shift of Transformer-XL, with `pad` and -1."""
import torch
import torch.nn.functional as F


def shift(scores):
    batch, heads, queries, positions = scores.size()
    scores = F.pad(scores, pad=(1, 0))
    scores = scores.view(batch, heads, -1, queries)
    scores = scores[:, :, 1:].view(batch, heads, queries, positions)
    return scores[..., : positions // 2 + 1]


print(shift(torch.rand(2, 4, 5, 9)).shape)
