from chains import Chain
from torch import nn


class Blocks(nn.Module):
    def __init__(self, width, depth):
        super().__init__()
        self.blocks = [nn.Linear(width, width) for _ in range(depth)]
        self.body = Chain([nn.utils.parametrizations.weight_norm(block) for block in self.blocks])

    def forward(self, x):
        return self.body(x) + sum(block(x) for block in self.blocks)
