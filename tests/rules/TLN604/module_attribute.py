from torch import nn


class Patches(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.project = nn.Conv2d(3, width, 16, 16)
        self.norm = nn.LayerNorm(width)

    def forward(self, x):
        return self.norm(self.project(x).flatten(2).transpose(1, 2))


class Encoder(nn.Module):
    def __init__(self, width=64):
        super().__init__()
        self.patches = Patches(width)
        self.body = nn.Sequential(nn.Linear(width, width), nn.GELU(), nn.Linear(width, width))

    def freeze(self):
        self.patches.requires_grad = False  # TLN604
        self.body[0].requires_grad = False  # TLN604

    def forward(self, x):
        return self.body(self.patches(x))
