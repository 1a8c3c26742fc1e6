import torch
from torch import nn


class Recogniser:
    """Reads plates with two networks."""

    def __init__(self, finder: nn.Module, reader: nn.Module, device="cpu"):
        self.finder = finder.to(device)
        self.reader = reader.to(device)
        self.finder.eval  # TLN303
        self.reader.eval  # TLN303

    @torch.no_grad()
    def __call__(self, image):
        return self.reader(self.finder(image))


cnn = nn.Sequential(nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4))
head = nn.Sequential(nn.Flatten(), nn.Dropout(0.2), nn.Linear(144, 10))
print(Recogniser(cnn, head)(torch.rand(2, 1, 8, 8)).shape)
