"""The discriminator of a GAN is called in the training alone: nothing is predicted with it."""

import torch
import torch.nn.functional as F
from torch import nn


class Discriminator(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden = nn.Linear(8, 16)
        self.out = nn.Linear(16, 1)

    def forward(self, x):
        return self.out(F.dropout(self.hidden(x).relu(), 0.3))


def train_discriminator(discriminator, optimizer, images, fakes):
    discriminator.zero_grad()
    real = F.binary_cross_entropy_with_logits(discriminator(images), torch.ones(4, 1))
    fake = F.binary_cross_entropy_with_logits(discriminator(fakes.detach()), torch.zeros(4, 1))
    loss = real + fake
    loss.backward()
    optimizer.step()


discriminator, generator = Discriminator(), nn.Linear(4, 8)
optimizer_d = torch.optim.Adam(discriminator.parameters())
optimizer_g = torch.optim.Adam(generator.parameters())
for images in torch.randn(5, 4, 8):
    fakes = generator(torch.randn(4, 4))
    train_discriminator(discriminator, optimizer_d, images, fakes)
    generator.zero_grad()
    loss = F.binary_cross_entropy_with_logits(discriminator(fakes), torch.ones(4, 1))
    loss.backward()
    optimizer_g.step()
