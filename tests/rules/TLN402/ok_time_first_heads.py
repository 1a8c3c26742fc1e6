"""As fairseq does it: with the time first, batch and heads are neighbours."""
import torch
from torch import nn

heads, width = 2, 8
project = nn.Linear(width, width)


def split(x):
    tgt_len, bsz, embed_dim = x.size()
    q = project(x)
    return q.contiguous().view(tgt_len, bsz * heads, embed_dim // heads).transpose(0, 1)


print(split(torch.randn(5, 3, width)).shape)
