import torch
from torch import nn


class Critic(nn.Module):
    """Who moves the layers by hand has seen that `to()` doesn't; that nothing trains them is still to be seen."""

    def __init__(self, sizes, width, device):
        super().__init__()
        self.device = device
        self.convs = []  # TLN601
        for size in sizes:
            self.convs.append(nn.Conv2d(1, width, (size, 32)))
        self.out = nn.Linear(width * len(sizes), 1)

    def forward(self, x):
        found = []
        for conv in self.convs:
            conv = conv.to(self.device)
            found.append(conv(x).relu().amax((2, 3)))
        return self.out(torch.cat(found, 1))


critic = Critic([2, 3, 4], 16, "cpu")
optimizer = torch.optim.Adam(critic.parameters())
