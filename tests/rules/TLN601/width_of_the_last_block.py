import torch
from torch import nn


class Block(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.width, self.out = width, nn.Linear(width, width)

    def forward(self, x):
        return self.out(x)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.blocks = [Block(8), Block(8)]  # TLN601
        self.head = nn.Linear(self.blocks[-1].width, 10)

    def forward(self, x):
        for block in self.blocks:
            x = block(x)
        return self.head(x)


print(Net()(torch.randn(2, 8)).shape)
