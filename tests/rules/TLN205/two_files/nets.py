import torch.nn as nn


class Critic(nn.Module):
    def __init__(self, states):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(states, 64), nn.Tanh(), nn.Linear(64, 1))

    def forward(self, states):
        return self.net(states)


class Flat(Critic):
    def forward(self, states):
        return self.net(states).squeeze(-1)
