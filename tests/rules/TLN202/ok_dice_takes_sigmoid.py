import torch
from torch import nn


class BceDice(nn.Module):
    def forward(self, logits, mask):
        bce = nn.functional.binary_cross_entropy_with_logits(logits, mask)
        p = torch.sigmoid(logits).flatten(1)
        m = mask.flatten(1)
        dice = 1 - (2 * (p * m).sum(1) + 1) / (p.sum(1) + m.sum(1) + 1)
        return bce + dice.mean()


net = nn.Conv2d(1, 1, 3, padding=1)
opt = torch.optim.SGD(net.parameters(), lr=0.1)
criterion = BceDice()
for _ in range(3):
    opt.zero_grad()
    criterion(net(torch.rand(2, 1, 6, 6)), torch.rand(2, 1, 6, 6).round()).backward()
    opt.step()
