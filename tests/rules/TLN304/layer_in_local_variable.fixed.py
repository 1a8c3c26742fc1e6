import torch
import torch.nn as nn


class Decoder(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.up = nn.ConvTranspose2d(channels, channels, 2, stride=2)
        self.out = nn.Conv2d(channels, 1, 1)
        self.drop = nn.Dropout2d(p=0.1)

    def forward(self, x):
        x = self.up(x).relu()
        return self.out(self.drop(x))


print(Decoder(4)(torch.rand(1, 4, 3, 3)).shape)
