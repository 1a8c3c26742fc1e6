"""Ten architectures in small form, each with a loss and a batch as people would hand them to a preflight."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F
from torch import nn


@dataclass
class Case:
    """What a preflight gets. `middle` and `head` are the paths of two layers in which faults can be planted."""

    name: str
    model: nn.Module
    loss_fn: Callable[[Any, Any], torch.Tensor]
    batch: Any
    middle: str
    head: str
    #: number of classes of a cross entropy with one label for each sample; 2 for a binary one
    classes: int = 0

    def layer(self, path: str) -> nn.Module:
        return self.model.get_submodule(path)


# ------------------------------------------------------------------------------ networks


class CNN(nn.Module):
    def __init__(self, classes: int) -> None:
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(1, 16, 3, padding=1, bias=False),
            nn.BatchNorm2d(16),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Conv2d(16, 32, 3, padding=1, bias=False),
            nn.BatchNorm2d(32),
            nn.ReLU(),
            nn.AdaptiveAvgPool2d(2),
        )
        self.dropout = nn.Dropout(0.25)
        self.head = nn.Linear(32 * 4, classes)

    def forward(self, image):
        return self.head(self.dropout(self.features(image).flatten(1)))


class Residual(nn.Module):
    def __init__(self, inside: int, outside: int, stride: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(inside, outside, 3, stride, 1, bias=False)
        self.norm1 = nn.BatchNorm2d(outside)
        self.second = nn.Conv2d(outside, outside, 3, 1, 1, bias=False)
        self.norm2 = nn.BatchNorm2d(outside)
        # each branch starts as nothing (Goyal et al., 2017)
        nn.init.zeros_(self.norm2.weight)
        self.short = nn.Identity() if inside == outside else nn.Conv2d(inside, outside, 1, stride, bias=False)

    def forward(self, x):
        inner = F.relu(self.norm1(self.first(x)))
        return F.relu(self.norm2(self.second(inner)) + self.short(x))


class ResNet(nn.Module):
    def __init__(self, classes: int) -> None:
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, 16, 3, 1, 1, bias=False), nn.BatchNorm2d(16), nn.ReLU())
        self.blocks = nn.Sequential(Residual(16, 16, 1), Residual(16, 32, 2), Residual(32, 32, 1))
        self.head = nn.Linear(32, classes)

    def forward(self, image):
        return self.head(self.blocks(self.stem(image)).mean((2, 3)))


def double(inside: int, outside: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inside, outside, 3, padding=1), nn.BatchNorm2d(outside), nn.ReLU(),
        nn.Conv2d(outside, outside, 3, padding=1), nn.BatchNorm2d(outside), nn.ReLU(),
    )  # fmt: skip


class UNet(nn.Module):
    def __init__(self, classes: int) -> None:
        super().__init__()
        self.down1, self.down2 = double(3, 8), double(8, 16)
        self.bottom = double(16, 32)
        self.lift2, self.up2 = nn.ConvTranspose2d(32, 16, 2, 2), double(32, 16)
        self.lift1, self.up1 = nn.ConvTranspose2d(16, 8, 2, 2), double(16, 8)
        self.head = nn.Conv2d(8, classes, 1)

    def forward(self, image):
        one = self.down1(image)
        two = self.down2(F.max_pool2d(one, 2))
        low = self.bottom(F.max_pool2d(two, 2))
        two = self.up2(torch.cat([self.lift2(low), two], 1))
        return self.head(self.up1(torch.cat([self.lift1(two), one], 1)))


class LSTM(nn.Module):
    def __init__(self, classes: int) -> None:
        super().__init__()
        self.embed = nn.Linear(6, 16)
        self.lstm = nn.LSTM(16, 32, num_layers=2, batch_first=True, dropout=0.1)
        self.head = nn.Linear(32, classes)

    def forward(self, series):
        hidden, _ = self.lstm(self.embed(series))
        return self.head(hidden[:, -1])


class Encoder(nn.Module):
    def __init__(self, classes: int) -> None:
        super().__init__()
        self.embed = nn.Embedding(50, 32)
        self.position = nn.Parameter(torch.randn(1, 12, 32) * 0.02)
        layer = nn.TransformerEncoderLayer(32, 4, 64, dropout=0.1, batch_first=True, norm_first=True)
        self.encoder = nn.TransformerEncoder(layer, 2, enable_nested_tensor=False)
        self.norm = nn.LayerNorm(32)
        self.head = nn.Linear(32, classes)

    def forward(self, tokens):
        return self.head(self.norm(self.encoder(self.embed(tokens) + self.position)).mean(1))


class Block(nn.Module):
    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.qkv, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.mlp = nn.Sequential(nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width))

    def forward(self, x):
        batch, time, width = x.shape
        parts = self.qkv(self.norm1(x)).view(batch, time, 3, self.heads, width // self.heads)
        q, k, v = parts.permute(2, 0, 3, 1, 4)
        mixed = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        x = x + self.out(mixed.transpose(1, 2).reshape(batch, time, width))
        return x + self.mlp(self.norm2(x))


class GPT(nn.Module):
    def __init__(self, words: int, width: int = 48, time: int = 16) -> None:
        super().__init__()
        self.embed, self.position = nn.Embedding(words, width), nn.Embedding(time, width)
        self.blocks = nn.Sequential(Block(width, 4), Block(width, 4))
        self.norm = nn.LayerNorm(width)
        self.head = nn.Linear(width, words, bias=False)
        for module in self.modules():
            if isinstance(module, (nn.Linear, nn.Embedding)):
                nn.init.normal_(module.weight, std=0.02)

    def forward(self, tokens):
        places = torch.arange(tokens.shape[1], device=tokens.device)
        return self.head(self.norm(self.blocks(self.embed(tokens) + self.position(places))))


class VAE(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(64, 64), nn.ReLU())
        self.mean, self.variance = nn.Linear(64, 8), nn.Linear(64, 8)
        self.decoder = nn.Sequential(nn.Linear(8, 64), nn.ReLU(), nn.Linear(64, 64))

    def forward(self, x):
        hidden = self.encoder(x)
        mean, variance = self.mean(hidden), self.variance(hidden)
        code = mean + torch.randn_like(mean) * (0.5 * variance).exp()
        return self.decoder(code), mean, variance


def elbo(output, x):
    logits, mean, variance = output
    divergence = -0.5 * (1 + variance - mean.square() - variance.exp()).sum(1).mean()
    return F.binary_cross_entropy_with_logits(logits, x, reduction="none").sum(1).mean() + divergence


class GNN(nn.Module):
    """Two rounds of messages along a normalised adjacency (Kipf and Welling, 2017)."""

    def __init__(self, classes: int) -> None:
        super().__init__()
        self.first, self.second = nn.Linear(12, 32), nn.Linear(32, 32)
        self.head = nn.Linear(32, classes)

    def forward(self, nodes, adjacency):
        hidden = F.relu(adjacency @ self.first(nodes))
        return self.head(F.relu(adjacency @ self.second(hidden) + hidden))


class Discriminator(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(1, 16, 4, 2, 1), nn.LeakyReLU(0.2),
            nn.Conv2d(16, 32, 4, 2, 1, bias=False), nn.BatchNorm2d(32), nn.LeakyReLU(0.2),
        )  # fmt: skip
        self.head = nn.Linear(32 * 16, 1)

    def forward(self, image):
        return self.head(self.layers(image).flatten(1)).squeeze(1)


# ------------------------------------------------------------------------------ with losses and batches

N, CLASSES = 64, 4


def mlp() -> Case:
    model = nn.Sequential(nn.Linear(20, 64), nn.ReLU(), nn.Linear(64, 64), nn.Tanh(), nn.Linear(64, CLASSES))
    return Case("MLP", model, nn.CrossEntropyLoss(), (torch.randn(N, 20), labels()), "2", "4", CLASSES)


def cnn() -> Case:
    batch = (torch.randn(N, 1, 16, 16), labels())
    return Case("CNN with BatchNorm", CNN(CLASSES), nn.CrossEntropyLoss(), batch, "features.4", "head", CLASSES)


def resnet() -> Case:
    batch = (torch.randn(N, 3, 16, 16), labels())
    return Case("ResNet-like", ResNet(CLASSES), nn.CrossEntropyLoss(), batch, "blocks.1.short", "head", CLASSES)


def unet() -> Case:
    images = torch.randn(16, 3, 16, 16)
    masks = (F.avg_pool2d(images.mean(1, keepdim=True), 5, 1, 2).squeeze(1) * 10).round().clamp(-1, 1).long() + 1
    return Case("U-Net", UNet(3), nn.CrossEntropyLoss(), (images, masks), "bottom.3", "head")


def lstm() -> Case:
    batch = (torch.randn(N, 15, 6), labels())
    return Case("LSTM", LSTM(CLASSES), F.cross_entropy, batch, "embed", "head", CLASSES)


def encoder() -> Case:
    batch = (torch.randint(50, (N, 12)), labels())
    middle = "encoder.layers.0.linear1"
    return Case("transformer encoder", Encoder(CLASSES), F.cross_entropy, batch, middle, "head", CLASSES)


def gpt() -> Case:
    text = torch.randint(30, (N, 17))
    return Case("GPT", GPT(30), next_token, (text[:, :-1], text[:, 1:]), "blocks.0.mlp.0", "head")


def next_token(logits, targets):
    return F.cross_entropy(logits.flatten(0, 1), targets.flatten())


def vae() -> Case:
    pictures = torch.sigmoid(4 * torch.randn(N, 4) @ torch.randn(4, 64))
    return Case("VAE", VAE(), elbo, pictures, "encoder.0", "decoder.2")


def gnn() -> Case:
    edges = (torch.rand(N, N) < 0.05).float()
    adjacency = ((edges + edges.T).clamp(max=1) + torch.eye(N)).clamp(max=1)
    degree = adjacency.sum(1).rsqrt()
    batch = (torch.randn(N, 12), degree[:, None] * adjacency * degree, labels())
    return Case("GNN by hand", GNN(CLASSES), nn.CrossEntropyLoss(), batch, "second", "head", CLASSES)


def discriminator() -> Case:
    real, made = torch.randn(N // 2, 1, 16, 16).cumsum(3) / 3, torch.randn(N // 2, 1, 16, 16)
    target = torch.cat([torch.ones(N // 2), torch.zeros(N // 2)])
    order = torch.randperm(N)
    batch = (torch.cat([real, made])[order], target[order])
    return Case("GAN discriminator", Discriminator(), F.binary_cross_entropy_with_logits, batch, "layers.2", "head", 2)


def labels() -> torch.Tensor:
    return torch.randint(CLASSES, (N,))


CASES: list[Callable[[], Case]] = [mlp, cnn, resnet, unet, lstm, encoder, gpt, vae, gnn, discriminator]
