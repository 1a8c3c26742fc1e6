"""Which critic it is, the command line says; each run has one of them, and its steps are cleared for."""

import argparse

import torch
from torch import nn


class Wave(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Linear(16, 1)

    def forward(self, x):
        return self.net(x)

    def train_generator(self, fake, optimizer):
        loss = -self(fake).mean()
        loss.backward()
        optimizer.step()
        return loss.item()


class Spectrum(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Linear(9, 1)

    def forward(self, x):
        return self.net(torch.fft.rfft(x).abs())

    def train_generator(self, fake, optimizer):
        loss = -self(fake).mean()
        loss.backward()
        optimizer.step()
        return loss.item()


def critic_named(name):
    if name == "wave":
        critic = Wave()
    else:
        critic = Spectrum()
    return critic


parser = argparse.ArgumentParser()
parser.add_argument("--critic")
args = parser.parse_args()
generator = nn.Linear(4, 16)
critic = critic_named(args.critic)
optimizer = torch.optim.Adam(generator.parameters())
for _ in range(100):
    generator.zero_grad()
    critic.train_generator(generator(torch.randn(8, 4)), optimizer)
