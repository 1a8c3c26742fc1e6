import torch
from torch import nn


class Fusion(nn.Module):
    def __init__(self, rank, width, device):
        super().__init__()
        self.weights = nn.Parameter(torch.Tensor(1, rank)).to(device)  # TLN602
        self.bias = nn.Parameter(torch.zeros(1, width)).cuda()  # TLN602
        self.gate = torch.nn.parameter.Parameter(torch.ones(width)).double()  # TLN602
        nn.init.xavier_normal_(self.weights)

    def forward(self, x):
        return torch.matmul(self.weights, x) * self.gate + self.bias
