import torch
from torch import nn


class FrameEncoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.cnn = nn.Sequential(nn.Conv2d(3, 8, 3, stride=2), nn.ReLU(), nn.AdaptiveAvgPool2d(2))
        self.rnn = nn.GRU(32, 16, batch_first=True)

    def forward(self, video):
        b, t, c, h, w = video.shape
        frames = video.view(b * t, c, h, w)
        feats = self.cnn(frames).flatten(1).view(b, t, -1)
        out, _ = self.rnn(feats)
        return out


print(FrameEncoder()(torch.rand(2, 4, 3, 9, 9)).shape)
