import torch
from torch import nn


class Learner:
    def __init__(self, net):
        self.net = net
        self.opt = torch.optim.Adam(self.net.parameters(), lr=1e-3)

    def _apply(self):
        self.opt.zero_grad()  # TLN102
        self.opt.step()

    def learn(self, batches):
        self.net.train()
        for obs, ret in batches:
            value = self.net(obs).squeeze(-1)
            loss = nn.functional.smooth_l1_loss(value, ret)
            loss.backward()
            self._apply()


Learner(nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 1))).learn(
    [(torch.randn(6, 4), torch.randn(6)) for _ in range(5)]
)
