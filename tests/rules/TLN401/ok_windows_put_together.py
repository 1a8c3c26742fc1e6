"""Windows become a picture again: how many there are is told in another way than how they lie."""
from torch import nn


def windows2img(windows, H_sp, W_sp, H, W):
    B = int(windows.shape[0] / (H * W / H_sp / W_sp))
    x = windows.view(B, H // H_sp, W // W_sp, H_sp, W_sp, -1)
    return x.permute(0, 1, 3, 2, 4, 5).contiguous().view(B, H, W, -1)


class Stripes(nn.Module):
    """Stripes as wide as the picture."""

    def __init__(self, width, resolution, height):
        super().__init__()
        self.resolution, self.height = resolution, height
        self.linear = nn.Linear(width, width)

    def forward(self, x):
        B, L, C = x.shape
        H = W = self.resolution
        x = self.linear(x).reshape(-1, self.height * W, C)
        return windows2img(x, self.height, W, H, W).view(B, -1, C)
