"""Synthetic data that can be learnt, drawn from the global generator."""

from __future__ import annotations

import math

import torch
from torch import Tensor


def clusters(rows: int = 1024, features: int = 32, classes: int = 10) -> tuple[Tensor, Tensor]:
    """Gaussian blobs, one per class."""
    centres = torch.randn(classes, features)
    y = torch.randint(classes, (rows,))
    return centres[y] + 0.7 * torch.randn(rows, features), y


def images(rows: int = 512, channels: int = 1, size: int = 16, classes: int = 10) -> tuple[Tensor, Tensor]:
    """A smooth template per class under noise, roughly of mean 0 and deviation 1."""
    coarse = torch.randn(classes, channels, size // 4, size // 4)
    templates = torch.nn.functional.interpolate(coarse, size=(size, size), mode="bilinear")
    y = torch.randint(classes, (rows,))
    return templates[y] + 0.5 * torch.randn(rows, channels, size, size), y


def photographs(rows: int = 512, channels: int = 1, size: int = 16) -> tuple[Tensor, Tensor]:
    """Images as a decoder gives them: uint8 from 0 to 255."""
    x, y = images(rows, channels, size)
    return ((x + 3) * 42).clamp(0, 255).to(torch.uint8), y


def sentences(rows: int = 512, length: int = 24, vocabulary: int = 32) -> tuple[Tensor, Tensor]:
    """Sequences of a Markov chain and their continuation by one."""
    transitions = (2.5 * torch.randn(vocabulary, vocabulary)).softmax(-1)
    tokens = [torch.randint(vocabulary, (rows,))]
    for _position in range(length):
        tokens.append(torch.multinomial(transitions[tokens[-1]], 1).squeeze(1))
    text = torch.stack(tokens, 1)
    return text[:, :-1].contiguous(), text[:, 1:].contiguous()


def waves(rows: int = 512, length: int = 24, classes: int = 4) -> tuple[Tensor, Tensor]:
    """Noisy sines, the class is the frequency."""
    y = torch.randint(classes, (rows,))
    time = torch.linspace(0, 2 * math.pi, length)
    phase = 2 * math.pi * torch.rand(rows, 1)
    x = torch.sin((y[:, None] + 1) * time + phase) + 0.2 * torch.randn(rows, length)
    return x.unsqueeze(-1), y


def surface(rows: int = 1024, features: int = 8) -> tuple[Tensor, Tensor]:
    """A smooth function of some features, (rows, 1)."""
    x = torch.randn(rows, features)
    y = torch.sin(x[:, :1]) + 0.5 * x[:, 1:2] * x[:, 2:3] + 0.1 * torch.randn(rows, 1)
    return x, y


def tags(rows: int = 1024, features: int = 32, labels: int = 6) -> tuple[Tensor, Tensor]:
    """Several independent yes or no answers per row."""
    x = torch.randn(rows, features)
    y = (x @ torch.randn(features, labels) > 0).float()
    return x, y


def rectangles(rows: int = 256, size: int = 16) -> tuple[Tensor, Tensor]:
    """Images with a bright rectangle and the mask of it, (rows, 1, size, size) and (rows, size, size)."""
    corner = torch.randint(0, size // 2, (rows, 2))
    extent = torch.randint(3, size // 2, (rows, 2))
    grid = torch.arange(size)
    inside = (grid >= corner[..., None]) & (grid < (corner + extent)[..., None])
    mask = inside[:, 0, :, None] & inside[:, 1, None, :]
    return mask[:, None].float() + 0.4 * torch.randn(rows, 1, size, size), mask.long()


def ratings(rows: int = 2048, users: int = 50, items: int = 40, rank: int = 4) -> tuple[Tensor, Tensor]:
    """Pairs of user and item and the rating, from a low rank matrix."""
    matrix = torch.randn(users, rank) @ torch.randn(rank, items) / rank**0.5
    pairs = torch.stack([torch.randint(users, (rows,)), torch.randint(items, (rows,))], 1)
    return pairs, matrix[pairs[:, 0], pairs[:, 1]] + 0.1 * torch.randn(rows)


def communities(nodes: int = 120, classes: int = 3, features: int = 8) -> tuple[Tensor, Tensor, Tensor]:
    """Features, normalised adjacency with self loops, and the community of each node."""
    y = torch.arange(nodes) % classes
    likely = torch.where(y[:, None] == y, 0.2, 0.02)
    upper = torch.bernoulli(likely).triu(1)
    adjacency = upper + upper.T + torch.eye(nodes)
    degree = adjacency.sum(1).rsqrt()
    x = torch.nn.functional.one_hot(y, features).float() + torch.randn(nodes, features)
    return x, degree[:, None] * adjacency * degree, y
