import torch
from torch import nn


class MeanShift(nn.Conv2d):
    def __init__(self, mean, std, sign=-1):
        super().__init__(3, 3, kernel_size=1)
        std = torch.Tensor(std)
        self.weight.data = torch.eye(3).view(3, 3, 1, 1) / std.view(3, 1, 1, 1)
        self.bias.data = sign * torch.Tensor(mean) / std
        self.requires_grad = False  # TLN604


class Sharper(nn.Module):
    def __init__(self):
        super().__init__()
        self.enter = MeanShift([0.4488, 0.4371, 0.4040], [1.0, 1.0, 1.0])
        self.body = nn.Sequential(nn.Conv2d(3, 64, 3, padding=1), nn.ReLU(), nn.Conv2d(64, 3, 3, padding=1))

    def forward(self, x):
        return self.body(self.enter(x))
