import torch.nn as nn
from parts import Block, Residual


class Net(nn.Module):
    def __init__(self, depth):
        super().__init__()
        self.depth = depth
        self.inp = nn.Linear(4, 16)

    def forward(self, x):
        x = self.inp(x)
        for _ in range(self.depth):
            x = Residual()(x, Block(16)(x))  # TLN603
        return x
