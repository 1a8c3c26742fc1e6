"""A training program in named steps: a workload fills them in, a fault overrides one of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from itertools import count
from statistics import fmean

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.utils.data import DataLoader, TensorDataset

Watch = Callable[..., AbstractContextManager[object]]

HELD_OUT = 64


def endless(loader: DataLoader) -> Iterator[tuple[Tensor, ...]]:
    for _epoch in count():
        yield from loader


class Program:
    """One model, one optimizer, a loss per batch, a validation per epoch."""

    epoch = 10
    batch_size = 32
    lr = 3e-3
    pace = 1  # steps of the busiest optimizer per iteration

    def __init__(self, seed: int, steps: int) -> None:
        torch.manual_seed(seed)
        self.steps = steps
        self.done = 0
        self.losses: list[float] = []
        self.build()

    # --- before the loop -------------------------------------------------------------------------------------------

    def build(self) -> None:
        data = self.make_data()
        self.train_batches = endless(self.loader([part[:-HELD_OUT] for part in data], shuffle=True))
        self.held_out = self.loader([part[-HELD_OUT:] for part in data], shuffle=False)
        self.model = self.make_model()
        self.optimizer = self.make_optimizer()

    def loader(self, data: list[Tensor], shuffle: bool) -> DataLoader:
        return DataLoader(
            TensorDataset(*data), batch_size=self.batch_size if shuffle else 16, shuffle=shuffle, drop_last=shuffle
        )

    def make_data(self) -> tuple[Tensor, ...]:
        raise NotImplementedError

    def make_model(self) -> nn.Module:
        raise NotImplementedError

    def make_optimizer(self) -> torch.optim.Optimizer:
        return torch.optim.Adam(self.model.parameters(), lr=self.lr)

    def watched(self) -> tuple[nn.Module, ...]:
        return (self.model,)

    # --- one step --------------------------------------------------------------------------------------------------

    def batch(self) -> tuple[Tensor, ...]:
        return tuple(next(self.train_batches))

    def clear(self) -> None:
        self.optimizer.zero_grad()

    def forward(self, x: Tensor) -> Tensor:
        return self.model(x)

    def criterion(self, output: Tensor, target: Tensor) -> Tensor:
        return F.cross_entropy(output, target)

    def loss(self, x: Tensor, y: Tensor) -> Tensor:
        return self.criterion(self.forward(x), y)

    def backward(self, loss: Tensor) -> None:
        loss.backward()

    def clip(self) -> None:
        """Most programs don't."""

    def update(self) -> None:
        self.optimizer.step()

    def log(self, loss: Tensor) -> None:
        self.losses.append(loss.item())

    def iteration(self) -> None:
        batch = self.batch()
        self.clear()
        loss = self.loss(*batch)
        self.backward(loss)
        self.clip()
        self.update()
        self.log(loss)

    # --- between epochs --------------------------------------------------------------------------------------------

    def validate(self) -> None:
        self.model.eval()
        self.evaluate()
        self.model.train()

    @torch.no_grad()
    def evaluate(self) -> None:
        for batch in self.held_out:
            self.loss(*batch)

    # --- the loop --------------------------------------------------------------------------------------------------

    def run(self, watch: Watch) -> list[float]:
        with watch(*self.watched()):
            while self.done < self.steps:
                self.iteration()
                self.done += 1
                if self.done % self.epoch == 0:
                    self.validate()
        return self.losses

    def progress(self) -> list[float]:
        """What has to go down if the program learns."""
        return self.losses

    def learned(self) -> bool:
        values = self.progress()
        return fmean(values[-10:]) < fmean(values[:10])
