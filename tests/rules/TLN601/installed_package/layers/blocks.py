from torch import nn


class Used(nn.Module):
    def forward(self, x):
        return x


class ForOthers(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.layers = [nn.Linear(width, width) for _ in range(3)]  # TLN601

    def forward(self, x):
        for layer in self.layers:
            x = layer(x)
        return x
