# The weights are made of a parameter: in whatever order they are cut, each is learnt where it stands.
import torch
from torch import nn


class WLinearMix(nn.Module):
    def __init__(self, in_features: int, out_features: int, depth: int = 3, n_mix: int = 5, dim: int = 100):
        super().__init__()
        self.z = nn.Parameter(torch.empty(dim).normal_(0, 0.1))
        self.m = nn.ModuleList([nn.Linear(dim, dim) for _ in range(depth - 1)])
        self.out = nn.Linear(dim, n_mix * (in_features * out_features + out_features))
        self.n_mix = n_mix
        self.w_idx = in_features * out_features

    def forward(self, x):
        theta = self.z
        for m in self.m:
            theta = m(theta).relu()
        theta = self.out(theta).tanh()
        theta = theta.view(-1, self.n_mix)
        w = theta[: self.w_idx].view(self.n_mix, -1, x.shape[-1])
        b = theta[self.w_idx :].view(self.n_mix, 1, -1)
        return ((w.unsqueeze(1) @ x.unsqueeze(0).unsqueeze(-1)).squeeze(-1) + b).mean(0)
