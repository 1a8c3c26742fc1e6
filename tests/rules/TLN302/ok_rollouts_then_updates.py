import torch
from torch import nn


class Player(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(4, 20), nn.LayerNorm(20), nn.Dropout(0.05), nn.Tanh(), nn.Linear(20, 3))

    def forward(self, s):
        return torch.distributions.Categorical(logits=self.net(s))


def collect(player, n=16):
    player.eval()
    with torch.no_grad():
        s = torch.randn(n, 4)
        return s, player(s).sample(), torch.randn(n)


def update(player, opt, s, a, r):
    player.train()
    loss = -(player(s).log_prob(a) * r).mean()
    opt.zero_grad()
    loss.backward()
    opt.step()


player = Player()
adam = torch.optim.Adam(player.parameters())
for _ in range(10):
    update(player, adam, *collect(player))
