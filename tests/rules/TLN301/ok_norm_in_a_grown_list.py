"""A Sequential of a list that grows in loops: all that goes into it is the same in both modes."""

import itertools

import torch
from torch import nn


class Residual(nn.Module):
    def __init__(self, width, norm):
        super().__init__()
        layers = [nn.Conv2d(width, width, 3, padding=1), norm(width), nn.ReLU()]
        layers += [nn.Conv2d(width, width, 3, padding=1), norm(width)]
        self.layers = nn.Sequential(*layers)

    def forward(self, x):
        return x + self.layers(x)


class Translator(nn.Module):
    def __init__(self, channels=3, width=32, blocks=6, norm=nn.InstanceNorm2d):
        super().__init__()
        layers = [nn.Conv2d(channels, width, 7, padding=3), norm(width), nn.ReLU()]
        for step in range(2):
            wide = width * 2**step
            layers += [nn.Conv2d(wide, wide * 2, 3, stride=2, padding=1), norm(wide * 2), nn.ReLU()]
        for _ in range(blocks):
            layers += [Residual(width * 4, norm)]
        for step in (2, 1):
            wide = width * 2**step
            layers += [nn.ConvTranspose2d(wide, wide // 2, 4, stride=2, padding=1), norm(wide // 2), nn.ReLU()]
        layers += [nn.Conv2d(width, channels, 7, padding=3), nn.Tanh()]
        self.layers = nn.Sequential(*layers)

    def forward(self, x):
        return self.layers(x)


class CycleTrainer:
    def __init__(self, device):
        self.there = Translator().to(device)
        self.back = Translator().to(device)
        self.there.train()
        self.back.train()
        weights = itertools.chain(self.there.parameters(), self.back.parameters())
        self.optimizer = torch.optim.Adam(weights, lr=2e-4)

    def train_step(self, photo):
        self.optimizer.zero_grad()
        loss = (self.back(self.there(photo)) - photo).abs().mean()
        loss.backward()
        self.optimizer.step()

    @torch.no_grad()
    def test(self, photos):
        return [self.back(self.there(photo)) for photo in photos]


def main(train_loader, test_loader, device):
    trainer = CycleTrainer(device)
    for photo in train_loader:
        trainer.train_step(photo)
    with torch.no_grad():
        for photo in test_loader:
            image = trainer.there(photo)
            print(image.mean().item())
