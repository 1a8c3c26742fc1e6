import torch
from torch import nn


class FrameWise(nn.Module):
    """A 2-d network over each frame of a (batch, channels, frames, rows, columns) clip."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3, padding=1)

    def forward(self, clip):
        b, c, t, h, w = clip.shape
        frames = clip.transpose(1, 2).reshape(b * t, c, h, w)
        feats = self.conv(frames).mean(dim=(2, 3))
        return feats.view(b, t, -1)


print(FrameWise()(torch.rand(2, 3, 4, 6, 6)).shape)
