"""A short training of a copy, on one batch that it is to learn by heart."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import nn
from torch.nn.modules.dropout import _DropoutNd
from torch.optim.optimizer import Optimizer

from torchlint.runtime.preflight.batches import Batch
from torchlint.runtime.preflight.copies import Trial

#: Adam's own default (Kingma and Ba, 2015) first, then one for large and one for sensitive networks
RATES = (1e-3, 1e-2, 1e-4)
#: steps of one attempt: networks that are right reach a tenth of the loss of guessing in 20 to 150
STEPS = 200
#: seconds that one attempt may take, of this thread's own time: what else the machine does must not change an outcome
BUDGET = 60.0


@dataclass(frozen=True, slots=True)
class Fit:
    """How a training went: the loss before each step."""

    losses: list[float]
    rate: float
    #: the budget of seconds ended it
    cut: bool = False

    @property
    def first(self) -> float:
        return self.losses[0]

    @property
    def best(self) -> float:
        return min((loss for loss in self.losses if math.isfinite(loss)), default=math.inf)

    @property
    def diverged(self) -> bool:
        return not math.isfinite(self.losses[-1])


def fit(
    trial: Trial,
    batch: Batch,
    rate: float,
    goal: float,
    tick: Callable[[], None],
    steps: int = STEPS,
    optimizer: Optimizer | None = None,
) -> Fit:
    """Train until the loss is at the goal, or steps or seconds are used up. With Adam, where no optimizer is given."""
    parameters = trial.held_parameters()
    optimizer = optimizer or torch.optim.Adam(parameters, rate)
    losses: list[float] = []
    end = time.thread_time() + BUDGET
    for step in range(steps + 1):
        loss = trial.loss(batch)
        losses.append(float(loss.detach()))
        tick()
        if step == steps or losses[-1] <= goal or not math.isfinite(losses[-1]):
            break
        if time.thread_time() > end:
            return Fit(losses, rate, cut=True)
        set_gradients(loss, parameters)
        optimizer.step()
    return Fit(losses, rate)


def set_gradients(loss: torch.Tensor, parameters: list[nn.Parameter]) -> None:
    """As backward() does, but for these alone: what else the loss may hang on is the user's."""
    gradients = torch.autograd.grad(loss, parameters, allow_unused=True)
    for parameter, gradient in zip(parameters, gradients):
        parameter.grad = gradient


def without_dropout(model: nn.Module) -> None:
    """Probabilities of zero instead of eval mode, which changes more than dropout."""
    for module in model.modules():
        if isinstance(module, _DropoutNd):
            module.p = 0.0
        elif isinstance(module, (nn.RNNBase, nn.MultiheadAttention)):
            module.dropout = 0.0


def fix_statistics(model: nn.Module) -> None:
    """BatchNorm uses the statistics that it has: those of a single sample have no variance."""
    for module in model.modules():
        if isinstance(module, nn.modules.batchnorm._BatchNorm):
            module.eval()
