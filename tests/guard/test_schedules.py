"""TLN111: schedules that are stepped too often or too seldom, and those that are not."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch.optim import lr_scheduler

from guard.programs import Net, batch, healthy_step, watch
from torchlint.runtime.findings import RuntimeFinding

Schedule = Callable[[torch.optim.Optimizer], lr_scheduler.LRScheduler]


def train(make: Schedule, epochs: int, batches: int, per_batch: bool, every: int = 20) -> list[RuntimeFinding]:
    torch.manual_seed(0)
    model = Net()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
    scheduler = make(optimizer)

    def program() -> None:
        for _ in range(epochs):
            for _ in range(batches):
                healthy_step(model, optimizer, *batch())
                if per_batch:
                    scheduler.step()
            if not per_batch:
                scheduler.step()

    return watch(program, model, every=every)


SCHEDULES: dict[str, Callable[[int], Schedule]] = {
    "cosine": lambda length: lambda optimizer: lr_scheduler.CosineAnnealingLR(optimizer, length),
    "step": lambda length: lambda optimizer: lr_scheduler.StepLR(optimizer, length // 4),
    "exponential": lambda length: lambda optimizer: lr_scheduler.ExponentialLR(optimizer, 0.1 ** (4 / length)),
    "cosine after a warm-up": lambda length: (
        lambda optimizer: lr_scheduler.SequentialLR(
            optimizer,
            [
                lr_scheduler.LinearLR(optimizer, 0.1, total_iters=length // 10),
                lr_scheduler.CosineAnnealingLR(optimizer, length - length // 10),
            ],
            milestones=[length // 10],
        )
    ),
}


@pytest.mark.parametrize("kind", SCHEDULES)
def test_a_schedule_of_epochs_that_is_stepped_for_each_batch(kind: str) -> None:
    (found,) = train(SCHEDULES[kind](20), epochs=20, batches=20, per_batch=True)
    assert (found.code, found.severity) == ("TLN111", "warning")


@pytest.mark.parametrize("kind", SCHEDULES)
def test_schedules_that_are_stepped_as_planned(kind: str) -> None:
    assert train(SCHEDULES[kind](20), epochs=20, batches=20, per_batch=False) == []
    assert train(SCHEDULES[kind](400), epochs=20, batches=20, per_batch=True) == []


@pytest.mark.parametrize(("total", "per_batch", "wrong"), [(600, False, True), (600, True, False), (30, False, False)])
def test_one_cycle(total: int, per_batch: bool, wrong: bool) -> None:
    def make(optimizer: torch.optim.Optimizer) -> lr_scheduler.OneCycleLR:
        return lr_scheduler.OneCycleLR(optimizer, 0.1, total_steps=total + 1)

    found = train(make, epochs=30, batches=20, per_batch=per_batch)
    assert [one.code for one in found] == (["TLN111"] if wrong else [])


def test_restarts_that_are_meant() -> None:
    def make(optimizer: torch.optim.Optimizer) -> lr_scheduler.LRScheduler:
        return lr_scheduler.CosineAnnealingWarmRestarts(optimizer, 20)

    assert train(make, epochs=10, batches=20, per_batch=True) == []


def test_the_schedulers_are_put_back() -> None:
    original = lr_scheduler.LRScheduler.step
    train(SCHEDULES["step"](400), epochs=1, batches=1, per_batch=True)
    assert lr_scheduler.LRScheduler.step is original
