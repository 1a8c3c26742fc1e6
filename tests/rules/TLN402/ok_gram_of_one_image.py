"""Neighbours again: batch and channels, rows and columns."""
import torch


def gram_matrix(fmap):
    a, b, c, d = fmap.size()
    features = fmap.view(a * b, c * d)
    return features @ features.t() / (a * b * c * d)


print(gram_matrix(torch.rand(1, 4, 3, 3)).shape)
