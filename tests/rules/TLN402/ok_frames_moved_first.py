import torch
from einops import rearrange


def frames(clip):
    b, c, t, h, w = clip.shape
    one = clip.permute(0, 2, 1, 3, 4).reshape(b * t, c, h, w)
    two = rearrange(clip, "b c t h w -> (b t) c h w")
    return one, two
