import torch
from torch.nn import Module, Parameter


class Prompts(Module):
    def __init__(self, count, width, use_cuda):
        super().__init__()
        self.tokens = Parameter(torch.randn(count, width) * 0.02)
        shift = torch.zeros(width)
        if use_cuda:
            shift = shift.cuda()
        self.shift = Parameter(shift)

    def forward(self, x):
        return torch.cat([self.tokens, x + self.shift])
