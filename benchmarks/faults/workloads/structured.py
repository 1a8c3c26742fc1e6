"""Graphs, ratings, bags, experts: inputs that aren't plain batches."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import nn

from .. import data, models
from ..program import Program
from ..registry import workload


class GraphConvolution(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Linear(8, 16)
        self.second = nn.Linear(16, 3)
        self.drop = nn.Dropout(0.3)

    def forward(self, x, adjacency):
        return self.second(adjacency @ self.drop(F.relu(self.first(adjacency @ x))))


@workload
class GraphNetwork(Program):
    """The whole graph is the batch of every step, as usual for node classification."""

    lr = 1e-2

    def build(self):
        self.x, self.adjacency, self.y = data.communities()
        self.labelled = torch.rand(len(self.y)) < 0.5
        self.model = GraphConvolution()
        self.optimizer = self.make_optimizer()

    def batch(self):
        return (self.labelled,)

    def loss(self, rows):
        return F.cross_entropy(self.model(self.x, self.adjacency)[rows], self.y[rows])

    @torch.no_grad()
    def evaluate(self):
        self.loss(~self.labelled)


class Factors(nn.Module):
    def __init__(self, sparse: bool):
        super().__init__()
        self.users = nn.Embedding(50, 8, sparse=sparse)
        self.items = nn.Embedding(40, 8, sparse=sparse)
        for table in (self.users, self.items):
            nn.init.normal_(table.weight, std=0.3)

    def forward(self, pairs):
        return (self.users(pairs[:, 0]) * self.items(pairs[:, 1])).sum(1)


@workload
class SparseFactorisation(Program):
    """Sparse gradients and SparseAdam."""

    batch_size = 128

    def make_data(self):
        return data.ratings()

    def make_model(self):
        return Factors(sparse=True)

    def make_optimizer(self):
        return torch.optim.SparseAdam(self.model.parameters(), lr=3e-2)

    def criterion(self, output, target):
        return F.mse_loss(output, target)


class BagOfInstances(nn.Module):
    """One bag at a time: the softmax over dimension 0 runs over the instances of the bag, and is right."""

    def __init__(self):
        super().__init__()
        self.embed = nn.Sequential(nn.Linear(16, 32), nn.ReLU())
        self.score = nn.Sequential(nn.Linear(32, 16), nn.Tanh(), nn.Linear(16, 1))
        self.head = nn.Linear(32, 1)

    def forward(self, bag):
        hidden = self.embed(bag)
        return self.head((self.score(hidden).softmax(dim=0) * hidden).sum(0))


@workload
class MultipleInstances(Program):
    """A bag is positive if one instance is; gradients of eight bags accumulate."""

    batch_size = 8

    def make_data(self):
        y = torch.randint(2, (512,)).float()
        x = torch.randn(512, 10, 16)
        x[:, 0, :4] += 3 * y[:, None]
        return x, y

    def make_model(self):
        return BagOfInstances()

    def iteration(self):
        self.clear()
        total = 0.0
        for bag, label in zip(*self.batch()):
            loss = F.binary_cross_entropy_with_logits(self.model(bag), label[None]) / self.batch_size
            loss.backward()
            total += loss.item()
        self.update()
        self.losses.append(total)

    def evaluate(self):
        with torch.no_grad():
            for bags, _labels in self.held_out:
                for bag in bags:
                    self.model(bag)


class Experts(nn.Module):
    """The router sends each row to its best expert; an expert may go without rows for a while."""

    def __init__(self, experts: int = 6):
        super().__init__()
        self.router = nn.Linear(32, experts)
        self.experts = nn.ModuleList(models.mlp(32, 32, depth=1) for _expert in range(experts))
        self.head = nn.Linear(32, 10)

    def forward(self, x):
        chance, choice = self.router(x).softmax(1).max(1)
        output = torch.zeros_like(x)
        for index, expert in enumerate(self.experts):
            rows = (choice == index).nonzero().squeeze(1)
            if len(rows):
                output = output.index_add(0, rows, expert(x[rows]) * chance[rows, None])
        return self.head(x + output)


@workload
class MixtureOfExperts(Program):
    batch_size = 16

    def make_data(self):
        return data.clusters()

    def make_model(self):
        return Experts()


@workload
class SingleRow(Program):
    """Batches of one row, instance normalisation."""

    batch_size = 1

    def make_data(self):
        return data.images(rows=128)

    def make_model(self):
        return nn.Sequential(
            nn.Conv2d(1, 8, 3, 2, 1), nn.InstanceNorm2d(8, affine=True), nn.ReLU(), nn.Flatten(), nn.Linear(512, 10)
        )

    lr = 1e-3
    pace = 4

    def iteration(self):
        for _row in range(4):
            super().iteration()


class Physics(nn.Module):
    def __init__(self):
        super().__init__()
        self.network = nn.Sequential(nn.Linear(1, 32), nn.Tanh(), nn.Linear(32, 32), nn.Tanh(), nn.Linear(32, 1))

    def forward(self, t):
        return self.network(t)


@workload
class PhysicsInformed(Program):
    """u' = -u with u(0) = 1: the derivative of the output by the input is in the loss."""

    lr = 1e-2

    def make_data(self):
        return (torch.rand(512, 1),)

    def make_model(self):
        return Physics()

    def loss(self, t):
        with torch.enable_grad():
            t = t.detach().requires_grad_()
            u = self.model(t)
            (slope,) = torch.autograd.grad(u.sum(), t, create_graph=True)
        start = self.model(torch.zeros(1, 1))
        return (slope + u).square().mean() + (start - 1).square().mean()
