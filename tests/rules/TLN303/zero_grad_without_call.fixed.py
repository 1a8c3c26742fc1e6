import torch
import torch.nn as nn


class Regressor:
    def __init__(self, n_in):
        self.net = nn.Linear(n_in, 1)
        self.opt = torch.optim.SGD(self.net.parameters(), lr=0.01)

    def partial_fit(self, x, y):
        self.opt.zero_grad()
        loss = (self.net(x).squeeze(1) - y).abs().mean()
        loss.backward()
        self.opt.step()
        return loss.item()


r = Regressor(3)
for _ in range(10):
    r.partial_fit(torch.randn(5, 3), torch.randn(5))
