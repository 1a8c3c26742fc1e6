import torch
from torch import nn


class SqueezeExcite(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.gate = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Conv2d(c, c, 1), nn.Sigmoid())
        self.out = nn.Conv2d(c, 1, 1)

    def forward(self, x):
        return self.out(x * self.gate(x))


net = SqueezeExcite(4)
opt = torch.optim.Adam(net.parameters())
for _ in range(4):
    loss = nn.functional.binary_cross_entropy_with_logits(net(torch.rand(2, 4, 5, 5)), torch.ones(2, 1, 5, 5))
    opt.zero_grad()
    loss.backward()
    opt.step()
