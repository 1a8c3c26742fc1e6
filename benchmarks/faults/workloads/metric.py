"""Embeddings: contrastive, triplet, siamese, self-supervised."""

from __future__ import annotations

import copy

import torch
import torch.nn.functional as F
from torch import nn

from .. import data, models
from ..program import Program
from ..registry import workload


class Embedding(Program):
    def make_data(self):
        return data.clusters()

    def make_model(self):
        return models.mlp(32, 16)

    def views(self, x):
        return x + 0.3 * torch.randn_like(x), x + 0.3 * torch.randn_like(x)


@workload
class InfoNce(Embedding):
    """Two views, a softmax over the batch of similarities in both directions, as CLIP does."""

    def loss(self, x, _y):
        one, two = (F.normalize(self.forward(view), dim=1) for view in self.views(x))
        scores = one @ two.T / 0.1
        answer = torch.arange(len(x))
        return (F.cross_entropy(scores, answer) + F.cross_entropy(scores.T, answer)) / 2


@workload
class LearntTemperature(InfoNce):
    """CLIP's logit scale: a parameter outside of the layers."""

    def make_model(self):
        model = super().make_model()
        model.scale = nn.Parameter(torch.tensor(2.0))
        return model

    def loss(self, x, _y):
        one, two = (F.normalize(self.forward(view), dim=1) for view in self.views(x))
        return F.cross_entropy(self.model.scale.exp() * one @ two.T, torch.arange(len(x)))


@workload
class Triplet(Embedding):
    """Triplets that are far enough apart give no gradient."""

    def loss(self, x, y):
        embedded = self.forward(x)
        distance = torch.cdist(embedded, embedded)
        same = y[:, None] == y
        furthest = (distance * same).amax(1)
        nearest = distance.masked_fill(same, 1e3).amin(1)
        return F.relu(furthest - nearest + 0.5).mean()


@workload
class Siamese(Embedding):
    """Pairs, near if of one class."""

    def distance(self, one, two):
        return ((one - two) ** 2).sum(1).add(1e-6).sqrt()

    def loss(self, x, y):
        one, two = self.forward(x), self.forward(x.roll(1, 0))
        same = (y == y.roll(1, 0)).float()
        apart = self.distance(one, two)
        return (same * apart**2 + (1 - same) * F.relu(2 - apart) ** 2).mean()


@workload
class MomentumContrast(Embedding):
    """A key encoder that follows by moving average, a queue of keys; the key encoder stays in train mode."""

    def build(self):
        super().build()
        self.keys = copy.deepcopy(self.model).requires_grad_(False)
        self.queue = F.normalize(torch.randn(64, 16), dim=1)

    def make_model(self):
        return nn.Sequential(models.mlp(32, 32, depth=1), nn.BatchNorm1d(32), nn.ReLU(), nn.Linear(32, 16))

    def loss(self, x, _y):
        one, two = self.views(x)
        query = F.normalize(self.forward(one), dim=1)
        with torch.no_grad():
            key = F.normalize(self.keys(two), dim=1)
        scores = torch.cat([(query * key).sum(1, keepdim=True), query @ self.queue.T], 1) / 0.2
        self.queue = torch.cat([key, self.queue])[:64]
        return F.cross_entropy(scores, torch.zeros(len(x), dtype=torch.long))

    @torch.no_grad()
    def follow(self):
        for slow, fast in zip(self.keys.parameters(), self.model.parameters()):
            slow.lerp_(fast, 0.05)

    def update(self):
        super().update()
        self.follow()

    def progress(self):
        return self.losses[10:]


@workload
class Distillation(Embedding):
    """A frozen teacher in eval mode; its softened softmax is the target, not the input."""

    def make_model(self):
        self.teacher = models.mlp(32, 10, width=96, dropout=0.2)
        return models.mlp(32, 10, width=24)

    def build(self):
        super().build()
        optimizer = torch.optim.Adam(self.teacher.parameters(), lr=1e-2)
        for _step in range(30):
            x, y = self.batch()
            optimizer.zero_grad()
            F.cross_entropy(self.teacher(x), y).backward()
            optimizer.step()
        self.teacher.requires_grad_(False)
        self.set_teacher_mode()

    def set_teacher_mode(self):
        self.teacher.eval()

    def watched(self):
        return self.model, self.teacher

    def log_chances(self, output):
        return F.log_softmax(output / 2, 1)

    def loss(self, x, y):
        output = self.forward(x)
        with torch.no_grad():
            target = F.softmax(self.teacher(x) / 2, 1)
        soft = F.kl_div(self.log_chances(output), target, reduction="batchmean") * 4
        return 0.5 * soft + 0.5 * F.cross_entropy(output, y)


@workload
class BarlowTwins(Embedding):
    """Correlation of two views: batch statistics in the loss."""

    def loss(self, x, _y):
        one, two = (self.forward(view) for view in self.views(x))
        one, two = ((z - z.mean(0)) / (z.std(0) + 1e-4) for z in (one, two))
        correlation = one.T @ two / len(x)
        off = correlation - torch.diag(correlation.diagonal())
        return ((1 - correlation.diagonal()) ** 2).sum() + 0.01 * off.square().sum()


@workload
class ArcFace(Embedding):
    """Angular margins on normalised weights, with the usual scale."""

    def make_model(self):
        model = super().make_model()
        model.weight = nn.Parameter(torch.randn(10, 16))
        return model

    def loss(self, x, y):
        cosine = F.normalize(self.forward(x), dim=1) @ F.normalize(self.model.weight, dim=1).T
        margin = 0.1 * F.one_hot(y, 10)
        return F.cross_entropy(10 * (cosine - margin), y)


@workload
class LogTarget(Distillation):
    """Log-probabilities on both sides of the divergence."""

    def loss(self, x, y):
        output = self.forward(x)
        with torch.no_grad():
            target = F.log_softmax(self.teacher(x) / 2, 1)
        return 4 * F.kl_div(self.log_chances(output), target, reduction="batchmean", log_target=True)
