from torch import nn


class Cells(nn.Module):
    def __init__(self, kinds):
        super().__init__()
        self.body = nn.Sequential(nn.Conv2d(1, 48, 3, padding=1), nn.BatchNorm2d(48), nn.ReLU(), nn.Dropout2d(0.2))
        self.last = nn.Conv2d(48, kinds, 1)

    def forward(self, x):
        return self.last(self.body(x))
