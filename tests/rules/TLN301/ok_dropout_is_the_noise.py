# The generator of pix2pix has InstanceNorm, and draws with its Dropout: it is on when pictures are made, too.
import torch
from torch import nn
from torchvision.utils import save_image


class Down(nn.Module):
    def __init__(self, inputs, outputs, dropout=0.0):
        super().__init__()
        layers = [nn.Conv2d(inputs, outputs, 4, 2, 1, bias=False), nn.InstanceNorm2d(outputs), nn.LeakyReLU(0.2)]
        if dropout:
            layers.append(nn.Dropout(dropout))
        self.layers = nn.Sequential(*layers)

    def forward(self, x):
        return self.layers(x)


class Generator(nn.Module):
    def __init__(self):
        super().__init__()
        self.down = Down(3, 64)
        self.middle = Down(64, 128, dropout=0.5)
        self.last = nn.Sequential(nn.ConvTranspose2d(128, 3, 8, 4, 2), nn.Tanh())

    def forward(self, x):
        return self.last(self.middle(self.down(x)))


def sample_images(generator, val_loader, name):
    batch = next(iter(val_loader))
    with torch.no_grad():
        fake = generator(batch["A"])
    save_image(torch.cat((batch["A"], fake), -2), name)


def train(loader, val_loader, critic):
    generator = Generator()
    generator.train()
    optimizer = torch.optim.Adam(generator.parameters())
    for step, batch in enumerate(loader):
        optimizer.zero_grad()
        loss = -critic(generator(batch["A"])).mean()
        loss.backward()
        optimizer.step()
        if step % 100 == 0:
            sample_images(generator, val_loader, f"{step}.png")
