import torch
from torch import nn


class Ssd(nn.Module):
    """`phase` says whether boxes are for the loss or for people."""

    def __init__(self, phase, classes=4):
        super().__init__()
        self.phase = phase
        self.conf = nn.Conv2d(8, classes, 1)
        self.softmax = nn.Softmax(dim=-1)

    def forward(self, feats):
        conf = self.conf(feats).permute(0, 2, 3, 1).flatten(1, 2)
        if self.phase == "test":
            return self.softmax(conf)
        return conf


net = Ssd("train")
opt = torch.optim.SGD(net.parameters(), lr=1e-3)
for _ in range(3):
    conf = net(torch.rand(2, 8, 5, 5))
    loss = nn.functional.cross_entropy(conf.flatten(0, 1), torch.randint(0, 4, (50,)))
    opt.zero_grad()
    loss.backward()
    opt.step()
