"""A `+` of conditions that is used as a mask is an `or`, and means it."""
import torch


def outliers(x, low, high):
    bad = (x < low) + (x > high) + torch.isnan(x)
    kept = x[~bad]
    return kept, x.masked_fill(bad, 0.0)


def attention_mask(ids, pad, n):
    return (ids == pad)[:, None, :] + torch.ones(n, n, dtype=torch.bool).triu(1)


print(outliers(torch.tensor([1.0, 50.0, float("nan")]), 0, 10)[0])
print(attention_mask(torch.tensor([[1, 2, 0]]), 0, 3).shape)
