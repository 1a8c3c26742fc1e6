import torch
from torch import nn


def fuse_cameras(features: torch.Tensor, mixer: nn.MultiheadAttention) -> torch.Tensor:
    """Let the cameras of one moment look at each other: (batch, camera, time, dim)."""
    B, V, T, D = features.shape
    tokens = features.reshape(B * T, V, D)  # TLN402
    mixed, _ = mixer(tokens, tokens, tokens, need_weights=False)
    return mixed.view(B, T, V, D).mean(dim=2)


print(fuse_cameras(torch.randn(2, 3, 4, 8), nn.MultiheadAttention(8, 2, batch_first=True)).shape)
