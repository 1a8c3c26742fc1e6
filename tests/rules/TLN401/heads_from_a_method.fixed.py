import torch
from torch import nn


class AttentionBesideConvolution(nn.Module):
    def __init__(self, channels, keys, values, heads):
        super().__init__()
        self.keys, self.values, self.heads = keys, values, heads
        self.local = nn.Conv2d(channels, channels - values, 3, padding=1)
        self.qkv = nn.Conv2d(channels, 2 * keys + values, 3, padding=1)

    def forward(self, x):
        local = self.local(x)
        batch, _, height, width = local.size()
        q, k, v = self.split(x, self.keys, self.values, self.heads)
        weights = (q.transpose(2, 3) @ k).softmax(-1)
        seen = (weights @ v.transpose(2, 3)).transpose(2, 3)
        seen = torch.reshape(seen, (batch, self.heads, self.values // self.heads, height, width))
        return torch.cat([local, seen.flatten(1, 2)], dim=1)

    def split(self, x, keys, values, heads):
        qkv = self.qkv(x)
        n, _, h, w = qkv.size()
        q, k, v = torch.split(qkv, [keys, keys, values], dim=1)
        q = torch.reshape(q, (n, heads, keys // heads, h * w))
        k = torch.reshape(k, (n, heads, keys // heads, h * w))
        v = torch.reshape(v, (n, heads, values // heads, h * w))
        return q, k, v
