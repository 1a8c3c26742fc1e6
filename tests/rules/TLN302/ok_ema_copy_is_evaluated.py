import copy

import torch
from torch import nn


class Ema:
    def __init__(self, model, decay=0.99):
        self.decay = decay
        self.module = copy.deepcopy(model).eval()

    @torch.no_grad()
    def update(self, model):
        for mine, theirs in zip(self.module.parameters(), model.parameters()):
            mine.lerp_(theirs, 1 - self.decay)


net = nn.Sequential(nn.Linear(6, 12), nn.Dropout(0.1), nn.Linear(12, 1))
ema = Ema(net)
opt = torch.optim.Adam(net.parameters())
for i in range(20):
    x = torch.randn(8, 6)
    loss = (net(x) - x.sum(1, keepdim=True)).abs().mean()
    opt.zero_grad()
    loss.backward()
    opt.step()
    ema.update(net)
    if i % 5 == 0:
        ema.module.eval()
        with torch.no_grad():
            print(ema.module(x).mean().item())
