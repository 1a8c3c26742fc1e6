import math

import torch
import torch.nn as nn
import torch.nn.functional as F


class Attention(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.width = width
        self.query, self.key = nn.Linear(width, width), nn.Linear(width, width)
        self.softmax = nn.Softmax()

    def forward(self, x, mask):
        scores = torch.bmm(self.query(x), self.key(x).transpose(1, 2)) / math.sqrt(self.width)
        weights = F.softmax(scores.masked_fill(mask, -1e9))  # TLN206
        again = self.softmax(scores)  # TLN206
        right = F.softmax(scores, dim=-1)
        rows = F.softmax(scores[0])
        flat = F.softmax(torch.bmm(self.query(x), self.key(x).transpose(1, 2)).squeeze(1))
        return torch.bmm(weights + again + right, x), rows, flat


class Positions(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.project = nn.Conv1d(width, width, 1)
        self.softmax = nn.Softmax(dim=-1)

    def forward(self, x):
        energy = torch.bmm(self.project(x).transpose(1, 2), x)
        attention = self.softmax(energy)
        return torch.bmm(x, attention.transpose(1, 2))
