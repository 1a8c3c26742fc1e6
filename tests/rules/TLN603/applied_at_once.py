import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.nn import LayerNorm


class Attention(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.width, self.heads = width, heads
        self.query = nn.Linear(width, width)

    def forward(self, x, mask):
        scores = self.query(x) @ x.transpose(1, 2)
        weights = nn.Softmax(dim=-1)(scores.masked_fill(mask, -1e9))
        mixed = nn.Linear(self.width, self.width)(weights @ x)  # TLN603
        return LayerNorm(self.width)(mixed + x)  # TLN603


class Tower(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Conv2d(3, 16, 3)

    def forward(self, x):
        x = F.relu(self.first(x))
        reduce = nn.Conv2d(x.size(1), 8, kernel_size=1).to(x.device)  # TLN603
        if self.training:
            norm = nn.BatchNorm2d(8)  # TLN603
        else:
            norm = nn.GroupNorm(2, 8)  # TLN603
        x = norm(reduce(x))
        x = torch.flatten(x, 1)
        head = nn.Sequential(  # TLN603
            nn.Linear(x.size(1), 32),
            nn.ReLU(),
            nn.Linear(32, 10),
        )
        return head(x)
