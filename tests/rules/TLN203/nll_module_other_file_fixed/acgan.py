import torch
from torch import nn


class Judge(nn.Module):
    """Real or fake, and which kind of object."""

    def __init__(self, kinds=10):
        super().__init__()
        self.conv = nn.Conv2d(3, 16, 4, stride=4)
        self.fake = nn.Linear(16, 1)
        self.kind = nn.Linear(16, kinds)
        self.softmax = nn.Softmax(dim=1)

    def forward(self, img):
        h = self.conv(img).relu().mean((2, 3))
        return torch.sigmoid(self.fake(h)).view(-1), torch.log_softmax(self.kind(h), dim=1)
