import torch
from torch.nn import Module, Parameter


class Prompts(Module):
    def __init__(self, count, width, use_cuda):
        super().__init__()
        tokens = Parameter(torch.randn(count, width))
        self.tokens = tokens * 0.02  # TLN602
        shift = Parameter(torch.zeros(width))
        if use_cuda:
            shift = shift.cuda()  # TLN602
        self.shift = shift

    def forward(self, x):
        return torch.cat([self.tokens, x + self.shift])
