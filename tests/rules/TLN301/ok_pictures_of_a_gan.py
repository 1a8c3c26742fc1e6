"""The generator draws its pictures as it was trained, with the statistics of the batch, also of given photos."""

import torch
from torch import nn

generator = nn.Sequential(nn.Conv2d(3, 8, 3, padding=1), nn.BatchNorm2d(8), nn.ReLU(), nn.Conv2d(8, 3, 3, padding=1))
critic = nn.Sequential(nn.Conv2d(3, 8, 3), nn.ReLU(), nn.Flatten(), nn.LazyLinear(1))
generator_steps = torch.optim.Adam(generator.parameters())
critic_steps = torch.optim.Adam(critic.parameters())


def test(photos):
    with torch.no_grad():
        for i, photo in enumerate(photos):
            torch.save(generator(photo), f"{i}.pt")


def train(loader, photos):
    for photo, drawing in loader:
        fake = generator(photo)
        critic_steps.zero_grad()
        (critic(fake.detach()).mean() - critic(drawing).mean()).backward()
        critic_steps.step()
        generator_steps.zero_grad()
        (-critic(fake).mean()).backward()
        generator_steps.step()
    test(photos)


train(torch.load("pairs.pt"), torch.load("photos.pt"))
