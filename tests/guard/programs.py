"""Small trainings for the tests of the checks: each shape of bug is the healthy one with one thing changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import nn
from torch.nn import functional as F

import torchlint
from torchlint.runtime.findings import RuntimeFinding

Step = Callable[[nn.Module, torch.optim.Optimizer, torch.Tensor, torch.Tensor], Any]

CLASSES = 4


class Net(nn.Module):
    """A classifier with Dropout and BatchNorm."""

    def __init__(self) -> None:
        super().__init__()
        self.body = nn.Sequential(nn.Linear(6, 16), nn.BatchNorm1d(16), nn.ReLU(), nn.Dropout(0.2))
        self.head = nn.Linear(16, CLASSES)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.head(self.body(x))


def batch(size: int = 32) -> tuple[torch.Tensor, torch.Tensor]:
    x = torch.randn(size, 6)
    return x, x[:, :CLASSES].argmax(1)


def healthy_step(model: nn.Module, optimizer: torch.optim.Optimizer, x: torch.Tensor, y: torch.Tensor) -> None:
    optimizer.zero_grad()
    F.cross_entropy(model(x), y).backward()
    optimizer.step()


def watch(program: Callable[[], Any], *models: nn.Module, **options: Any) -> list[RuntimeFinding]:
    """The findings of a program."""
    with torchlint.guard(*models, **{"action": "record", **options}) as guard:
        program()
    return guard.findings


def train(step: Step, steps: int = 10, model: nn.Module | None = None, **options: Any) -> list[RuntimeFinding]:
    """The findings of a training in which each round is `step`."""
    torch.manual_seed(0)
    model = model or Net()
    optimizer = options.pop("optimizer", None) or torch.optim.SGD(model.parameters(), lr=0.05)

    def program() -> None:
        for _ in range(steps):
            step(model, optimizer, *batch())

    return watch(program, model, **options)


def codes(findings: list[RuntimeFinding]) -> list[str]:
    return [finding.code for finding in findings]
