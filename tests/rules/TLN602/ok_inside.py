import torch
from torch import nn


class Inside(nn.Module):
    def __init__(self, device):
        super().__init__()
        self.a = nn.Parameter(torch.randn(4).cuda())
        self.b = nn.Parameter(torch.randn(4)).requires_grad_()
        self.c = nn.Parameter(torch.randn(4)).float()
        self.d = nn.Parameter(torch.randn(4)).to(torch.float32)
        self.e = nn.Parameter(torch.randn(4)).cpu()
        self.f = nn.Parameter(torch.randn(4) * 0.1)
        self.to(device)

    def forward(self, x):
        weight = self.a.to(x.device) * self.b.double()
        return x * weight + self.c + self.d + self.e + self.f
