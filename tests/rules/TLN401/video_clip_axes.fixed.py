import torch
from torch import nn


class ClipNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv3d(3, 6, (3, 3, 3), padding=1)

    def forward(self, clip):
        n, t, c, h, w = clip.size()
        clip = clip.transpose(1, 2).contiguous()
        return self.conv(clip).amax(dim=(2, 3, 4))


print(ClipNet()(torch.rand(2, 5, 3, 8, 8)).shape)
