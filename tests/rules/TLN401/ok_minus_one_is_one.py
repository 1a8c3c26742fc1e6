"""All dimensions have a name, -1 is the one that is added."""
from torch import nn


class NeighbourPool(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.conv = nn.Conv2d(width, width, 1)

    def forward(self, nodes):
        size = nodes.mailbox["message"].shape
        h = nodes.mailbox["message"].view(size[0], -1, size[1], size[2]).permute(0, 3, 2, 1)
        return {"h": self.conv(h).amax(2).view(size[0], -1)}
