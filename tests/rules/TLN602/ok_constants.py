import torch
from torch import nn


class Constants(nn.Module):
    def __init__(self, device):
        super().__init__()
        self.mean = nn.Parameter(torch.zeros(3), requires_grad=False).to(device)
        self.std = nn.Parameter(torch.ones(3), False).cuda()
        self.initial = nn.Parameter(torch.ones(3)).data.clone()
        self.count = nn.Parameter(torch.ones(3)).numel() * 2
        weight = nn.Parameter(torch.ones(3))
        self.weight = weight
        self.scaled = self.weight * 2

    def forward(self, x):
        return (x - self.mean) / self.std * self.weight
