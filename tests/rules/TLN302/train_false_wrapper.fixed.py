import torch
from torch import nn


class WorldModel(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(6, 24), nn.SiLU(), nn.Dropout(0.1), nn.Linear(24, 4))

    def set_mode(self, training):
        self.train(training)

    def forward(self, s):
        return self.net(s)


def rollout_error(wm, episodes):
    wm.set_mode(False)
    with torch.no_grad():
        return torch.stack([(wm(s) - n).pow(2).mean() for s, n in episodes]).mean().item()


def learn(episodes, updates=30):
    wm = WorldModel()
    opt = torch.optim.Adam(wm.parameters())
    wm.set_mode(True)
    for k in range(updates):
        s, n = episodes[k % len(episodes)]
        loss = (wm(s) - n).pow(2).mean()
        opt.zero_grad()
        loss.backward()
        opt.step()
        if k % 10 == 9:
            print(k, rollout_error(wm, episodes))
            wm.set_mode(True)


learn([(torch.randn(5, 6), torch.randn(5, 4)) for _ in range(4)])
