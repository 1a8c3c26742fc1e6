import torch
from torch import nn
from torch.nn import functional as F


def pixel_loss(logits, mask, weight=None):
    B, C, H, W = logits.shape
    rows = logits.view(-1, C)  # TLN401
    return F.cross_entropy(rows, mask.view(-1), weight=weight, ignore_index=255)


net = nn.Conv2d(3, 7, 3, padding=1)
opt = torch.optim.SGD(net.parameters(), lr=0.1)
for _ in range(4):
    opt.zero_grad()
    loss = pixel_loss(net(torch.rand(2, 3, 6, 6)), torch.randint(0, 7, (2, 6, 6)))
    loss.backward()
    opt.step()
