"""Models of the data itself: autoencoders, adversaries, diffusion, flows."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import nn

from .. import data, models
from ..program import Program
from ..registry import workload


class Unlabelled(Program):
    def make_data(self):
        return (data.images()[0],)


@workload
class Autoencoder(Unlabelled):
    def make_model(self):
        return nn.Sequential(nn.Flatten(), models.mlp(256, 16), nn.ReLU(), models.mlp(16, 256))

    def loss(self, x):
        return F.mse_loss(self.forward(x), x.flatten(1))


@workload
class Vae(Unlabelled):
    """Summed reconstruction and divergence."""

    def make_model(self):
        return models.Vae()

    def loss(self, x):
        x = x.flatten(1)
        output, mean, log_variance = self.model(x)
        divergence = -0.5 * (1 + log_variance - mean**2 - log_variance.exp()).sum()
        return (F.mse_loss(output, x, reduction="sum") + divergence) / len(x)


@workload
class Dcgan(Unlabelled):
    """Two optimizers; the generator's backward also reaches the discriminator."""

    def make_model(self):
        self.discriminator = models.Discriminator()
        return models.Generator()

    def make_optimizer(self):
        self.optimizer_d = torch.optim.Adam(self.discriminator.parameters(), lr=1e-3, betas=(0.5, 0.999))
        return torch.optim.Adam(self.model.parameters(), lr=1e-3, betas=(0.5, 0.999))

    def watched(self):
        return self.model, self.discriminator

    def clear_discriminator(self):
        self.optimizer_d.zero_grad()

    def verdict(self, x, real):
        output = self.discriminator(x)
        return F.binary_cross_entropy_with_logits(output, torch.full_like(output, float(real)))

    def iteration(self):
        (x,) = self.batch()
        fake = self.model(torch.randn(len(x), 16))
        self.clear_discriminator()
        loss_d = self.verdict(x, True) + self.verdict(fake.detach(), False)
        loss_d.backward()
        self.optimizer_d.step()

        self.clear()
        loss_g = self.verdict(fake, True)
        self.backward(loss_g)
        self.update()
        self.losses += [loss_d.item(), loss_g.item()]

    @torch.no_grad()
    def evaluate(self):
        self.model(torch.randn(8, 16))

    def progress(self):
        return self.losses[::2]


@workload
class WganGp(Dcgan):
    """A critic with a gradient penalty (a second derivative), three critic steps per generator step."""

    batch_size = 16
    pace = 3

    def iteration(self):
        for _turn in range(3):
            (x,) = self.batch()
            with torch.no_grad():
                fake = self.model(torch.randn(len(x), 16))
            share = torch.rand(len(x), 1, 1, 1)
            between = (share * x + (1 - share) * fake).requires_grad_()
            (slope,) = torch.autograd.grad(self.discriminator(between).sum(), between, create_graph=True)
            penalty = ((slope.flatten(1).norm(dim=1) - 1) ** 2).mean()
            loss_d = self.discriminator(fake).mean() - self.discriminator(x).mean() + 10 * penalty
            self.clear_discriminator()
            loss_d.backward()
            self.optimizer_d.step()
        self.clear()
        loss_g = -self.discriminator(self.model(torch.randn(self.batch_size, 16))).mean()
        loss_g.backward()
        self.update()
        self.losses += [loss_d.item(), loss_g.item()]


class Denoiser(nn.Module):
    def __init__(self):
        super().__init__()
        self.time = nn.Sequential(nn.Linear(16, 32), nn.SiLU(), nn.Linear(32, 32))
        self.entry = nn.Conv2d(1, 32, 3, padding=1)
        self.middle = nn.Sequential(nn.GroupNorm(4, 32), nn.SiLU(), nn.Conv2d(32, 32, 3, padding=1))
        self.exit = nn.Conv2d(32, 1, 3, padding=1)
        nn.init.zeros_(self.exit.weight)

    def forward(self, x, time):
        waves = time[:, None] * torch.exp(-math.log(1000) * torch.arange(8) / 8)
        hidden = self.entry(x) + self.time(torch.cat([waves.sin(), waves.cos()], 1))[:, :, None, None]
        return self.exit(F.silu(hidden + self.middle(hidden)))


@workload
class Diffusion(Unlabelled):
    """Predicts the noise; the last convolution starts at zero."""

    batch_size = 16

    def make_model(self):
        self.kept = torch.cumprod(1 - torch.linspace(1e-4, 0.05, 100), 0)
        return Denoiser()

    def loss(self, x):
        time = torch.randint(100, (len(x),))
        kept = self.kept[time][:, None, None, None]
        noise = torch.randn_like(x)
        return F.mse_loss(self.model(kept.sqrt() * x + (1 - kept).sqrt() * noise, time.float()), noise)


class Coupling(nn.Module):
    def __init__(self):
        super().__init__()
        self.networks = nn.ModuleList(models.mlp(4, 8, depth=1) for _layer in range(4))

    def forward(self, x):
        log_determinant = 0.0
        for network in self.networks:
            fixed, moved = x.chunk(2, 1)
            scale, shift = network(fixed).chunk(2, 1)
            scale = torch.tanh(scale)
            x = torch.cat([moved * scale.exp() + shift, fixed], 1)
            log_determinant = log_determinant + scale.sum(1)
        return x, log_determinant


@workload
class Flow(Program):
    """A normalising flow: log-likelihoods, of either sign."""

    def make_data(self):
        return (0.1 * torch.randn(1024, 8) @ torch.randn(8, 8),)

    def make_model(self):
        return Coupling()

    def loss(self, x):
        z, log_determinant = self.model(x)
        return (0.5 * z.square().sum(1) - log_determinant).mean()


class Quantiser(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = models.mlp(256, 16)
        self.codebook = nn.Embedding(32, 16)
        self.decoder = models.mlp(16, 256)

    def forward(self, x):
        latent = self.encoder(x)
        code = self.codebook(torch.cdist(latent, self.codebook.weight).argmin(1))
        commitment = F.mse_loss(latent.detach(), code) + 0.25 * F.mse_loss(latent, code.detach())
        return self.decoder(latent + (code - latent).detach()), commitment


@workload
class VectorQuantiser(Unlabelled):
    """Straight-through gradients and detached terms."""

    def make_model(self):
        return Quantiser()

    def loss(self, x):
        output, commitment = self.model(x.flatten(1))
        return F.mse_loss(output, x.flatten(1)) + commitment


@workload
class MaskedAutoencoder(Autoencoder):
    """The mean over hidden pixels only."""

    def loss(self, x):
        x = x.flatten(1)
        hidden = torch.rand_like(x) < 0.5
        output = self.forward(x.masked_fill(hidden, 0.0))
        return ((output - x).square() * hidden).sum() / hidden.sum()
