import torch
import torch.nn as nn


class Stage(nn.Module):
    """Attention on tokens, then a convolution on the map they came from."""

    def __init__(self, dim):
        super().__init__()
        self.norm = nn.LayerNorm(dim)
        self.attn = nn.MultiheadAttention(dim, 2, batch_first=True)
        self.conv = nn.Conv2d(dim, dim, 3, padding=1, groups=dim)

    def forward(self, tokens, H, W):
        B, N, C = tokens.shape
        t = self.norm(tokens)
        t = tokens + self.attn(t, t, t, need_weights=False)[0]
        fmap = t.transpose(1, 2).reshape(B, C, H, W)
        return self.conv(fmap)


print(Stage(8)(torch.randn(2, 12, 8), 3, 4).shape)
