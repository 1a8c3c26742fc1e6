# Nothing of this learns: its forward computes no gradients.
import torch
from torch import nn


class Solver(nn.Module):
    def __init__(self):
        super().__init__()
        self.solution = nn.Parameter(torch.zeros(2))
        self.solution.require_grad = False

    @torch.no_grad()
    def forward(self, gradients):
        self.solution[0] = gradients[0].norm() / gradients[1].norm()
        self.solution[1] = 1.0 - self.solution[0]
        return self.solution.clone()
