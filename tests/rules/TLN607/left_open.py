import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.nn import Parameter


class Mixer(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.matrix = nn.Parameter(torch.empty(heads, width, width))  # TLN607
        self.bias = nn.Parameter(torch.zeros(width))
        self.scale = Parameter(torch.Tensor(1, width))  # TLN607
        self.token = nn.Parameter(torch.FloatTensor(1, 1, width).to("cpu"), requires_grad=True)  # TLN607
        self.gate = nn.Parameter(torch.empty(width))
        self.reset()

    def reset(self):
        nn.init.ones_(self.gate)

    def forward(self, x):
        x = torch.einsum("bd,hde->bhe", x, self.matrix) + self.bias
        return F.linear(x * self.scale, self.matrix[0]) * self.gate + self.token.expand(x.size(0), -1, -1)


def set_linear(layer):
    if isinstance(layer, nn.Linear):
        nn.init.xavier_uniform_(layer.weight)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.alpha = nn.Parameter(torch.empty(8))  # TLN607
        self.body = nn.Linear(8, 8)
        self.apply(set_linear)

    def forward(self, x):
        return self.body(x) * self.alpha
