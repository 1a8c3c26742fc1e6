"""With (time, batch, dim) the heads may be folded into the batch by a view."""
import torch


def split_heads(x, heads):
    T, B, D = x.shape
    return x.contiguous().view(T, B * heads, D // heads).transpose(0, 1)


def merge_heads(x, B):
    N, T, d = x.shape
    return x.transpose(0, 1).contiguous().view(T, B, N // B * d)


t = torch.randn(5, 2, 12)
assert torch.equal(merge_heads(split_heads(t, 3), 2), t)
