"""A conditional GAN: the discriminator also names the class."""
import torch
from torch import nn


class Critic(nn.Module):
    def __init__(self, n_classes=10):
        super().__init__()
        self.trunk = nn.Sequential(nn.Conv2d(1, 16, 4, 2, 1), nn.LeakyReLU(0.2), nn.Flatten())
        self.source = nn.Linear(16 * 14 * 14, 1)
        self.label = nn.Linear(16 * 14 * 14, n_classes)

    def forward(self, img):
        h = self.trunk(img)
        real = torch.sigmoid(self.source(h))
        digit = self.label(h)
        return real, digit


def critic_step(critic, opt, img, digit):
    adversarial = nn.BCELoss()
    auxiliary = nn.CrossEntropyLoss()
    critic.train()
    opt.zero_grad()
    validity, named = critic(img)
    loss = adversarial(validity, torch.ones_like(validity)) + auxiliary(named, digit)
    loss.backward()
    opt.step()
    return loss.item()


net = Critic()
adam = torch.optim.Adam(net.parameters(), lr=2e-4)
for _ in range(3):
    print(critic_step(net, adam, torch.rand(4, 1, 28, 28), torch.randint(0, 10, (4,))))
