"""(B, N, 2, f, 2) as (B, N, 2, 2 * f): the number is that of the coordinates, not of sine and cosine."""
import torch
from torch import nn


class PointEncoding(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.width = width

    def forward(self, points):
        B, N, _ = points.shape
        steps = torch.arange(self.width // 2, device=points.device).float()
        angles = points.unsqueeze(-1) * (2.0**steps).view(1, 1, 1, -1)
        waves = torch.stack([angles.sin(), angles.cos()], dim=-1)
        waves = waves.view(B, N, 2, self.width)
        return torch.cat([waves[:, :, 0], waves[:, :, 1]], dim=-1)


print(PointEncoding(16)(torch.rand(2, 5, 2)).shape)
