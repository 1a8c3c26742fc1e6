"""What the loss gets is also drawn as a mask, and nothing holds the value before the sigmoid: no fix."""

import torch
from torch import nn

net = nn.Conv2d(1, 1, 3, padding=1)
bce = nn.BCEWithLogitsLoss()
opt = torch.optim.SGD(net.parameters(), lr=0.1)


def draw(mask):
    print((mask > 0.5).float().mean())


for _ in range(4):
    scan, truth = torch.rand(2, 1, 8, 8), torch.randint(0, 2, (2, 1, 8, 8)).float()
    mask = torch.sigmoid(net(scan))  # TLN202
    loss = bce(mask, truth)
    opt.zero_grad()
    loss.backward()
    opt.step()
    draw(mask)
