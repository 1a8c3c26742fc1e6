"""`torchlint.lr_range_test`: the learning rates at which a training begins to learn, and ceases to."""

from __future__ import annotations

import contextlib
import math
import warnings
from collections.abc import Iterable, Iterator
from typing import Any

import torch
from torch.optim.optimizer import Optimizer

from torchlint.runtime.lr_curve import LearningRateCurve
from torchlint.runtime.preflight.batches import Batch, as_batch
from torchlint.runtime.preflight.copies import Copies, LossFunction, Model, OptimizerOrMaker, Trial, apart, seed_all
from torchlint.runtime.preflight.progress import Progress
from torchlint.runtime.preflight.training import set_gradients

#: weight of the past in the running mean that tells when to stop
MEMORY = 0.9


def lr_range_test(
    model: Model,
    loss_fn: LossFunction,
    loader: Iterable[Any],
    optimizer: OptimizerOrMaker,
    *,
    start: float = 1e-7,
    end: float = 10.0,
    steps: int = 100,
    diverged: float = 4.0,
    seed: int = 0,
    device: str | torch.device | None = None,
) -> LearningRateCurve:
    """Train with a learning rate that grows from step to step, and see where the loss falls and where it explodes.

    ```python
    curve = torchlint.lr_range_test(model, nn.CrossEntropyLoss(), loader, optimizer)
    print(curve)
    curve.plot()
    optimizer.param_groups[0]["lr"] = curve.suggestion
    ```

    The test is that of Smith, Cyclical Learning Rates for Training Neural Networks (2017), with rates that grow
    exponentially. It trains copies: weights, the optimizer's state and rate, gradients, modes, random generators and
    the generator of a DataLoader are afterwards as before.

    Parameters
    ----------
    model, loss_fn, device
        As in `torchlint.preflight`.
    loader
        Batches, each of a structure that `torchlint.preflight` takes. One with fewer than `steps` begins again; an
        iterator, which can't, ends the test.
    optimizer
        With its settings of now, but for the rate. Several parameter groups keep the ratios of their rates; the largest
        is the one that is told.
    start, end, steps
        The first and last rate, and how many there are.
    diverged
        The test ends where the running mean of the loss is so many times the lowest it was.
    seed
        For the random generators.

    Raises
    ------
    TypeError, ValueError
        If something can't be used as it is; the message says what to do.

    """
    if not 0 < start < end < math.inf:
        raise ValueError(f"start and end: 0 < start < end is wanted, not {start} and {end}")
    if steps < 10:
        raise ValueError(f"steps: at least 10 are wanted, not {steps}")
    if diverged <= 1:
        raise ValueError(f"diverged: a number above 1 is wanted, not {diverged}")
    if not isinstance(loader, Iterable):
        raise TypeError(f"loader: something to iterate over is wanted, not a {type(loader).__name__}")
    with apart(), _generators_kept(loader), warnings.catch_warnings(), Progress(1) as progress:
        warnings.simplefilter("ignore")
        copies = Copies(model, loss_fn, optimizer, device, seed)
        trial = copies.trial()
        batches = _Batches(loader, trial, copies.device)
        trial.checked_loss(batches.first)
        # that call may have changed buffers
        trial = copies.trial()
        own = trial.optimizer
        if own is None:
            raise TypeError("optimizer: a torch.optim.Optimizer is wanted, not None")
        rates = _Rates(own, start, end, steps)
        seed_all(seed)
        progress.begin("learning rates")
        progress.training("steps", steps)
        return _swept(trial, own, rates, batches, diverged, progress)


def _swept(
    trial: Trial, optimizer: Optimizer, rates: _Rates, batches: _Batches, diverged: float, progress: Progress
) -> LearningRateCurve:
    parameters = trial.held_parameters()
    used: list[float] = []
    losses: list[float] = []
    mean = lowest = math.nan
    stopped = "the last rate was reached"
    for step in range(rates.steps):
        batch = batches.next()
        if batch is None:
            stopped = f"the loader ended after {step} batches"
            break
        rate = rates.set(step)
        loss = trial.loss(batch)
        value = float(loss.detach())
        if not math.isfinite(value):
            stopped = f"the loss was {value} at a rate of {rate:.2g}"
            break
        if not loss.requires_grad:
            raise ValueError("the loss depends on no parameter that could learn")
        used.append(rate)
        losses.append(value)
        mean = value if step == 0 else MEMORY * mean + (1 - MEMORY) * value
        lowest = mean if step == 0 else min(lowest, mean)
        # in terms of what was learnt too: a loss may be negative, or come close to zero
        if mean - lowest > (diverged - 1) * max(abs(lowest), losses[0] - lowest):
            stopped = f"the loss diverged at a rate of {rate:.2g}"
            break
        set_gradients(loss, parameters)
        optimizer.step()
        progress.tick()
    return LearningRateCurve(used, losses, stopped)


class _Rates:
    """Sets the rates of an optimizer's groups, which keep their ratios."""

    def __init__(self, optimizer: Optimizer, start: float, end: float, steps: int) -> None:
        if isinstance(optimizer, torch.optim.LBFGS):
            raise ValueError("optimizer: LBFGS steps with a closure, and searches its rate itself")
        if any("lr" not in group for group in optimizer.param_groups):
            raise ValueError(f"optimizer: {type(optimizer).__name__} has no learning rate")
        self._groups = optimizer.param_groups
        own = [float(group["lr"]) for group in self._groups]
        # where all are zero, as at the begin of a warm-up, they are all the same
        self._ratios = [rate / max(own) for rate in own] if max(own) > 0 else [1.0] * len(own)
        self.steps = steps
        self._start, self._growth = start, (end / start) ** (1 / (steps - 1))

    def set(self, step: int) -> float:
        rate = self._start * self._growth**step
        for group, ratio in zip(self._groups, self._ratios):
            if isinstance(group["lr"], torch.Tensor):
                group["lr"].fill_(rate * ratio)
            else:
                group["lr"] = rate * ratio
        return rate


class _Batches:
    """The batches of a loader, which begins again where it can."""

    def __init__(self, loader: Iterable[Any], trial: Trial, device: torch.device) -> None:
        self._loader = loader
        self._iterator: Iterator[Any] = iter(loader)
        self._model = trial.model
        self._device = device
        first = self._take()
        if first is None:
            raise ValueError("loader: it gives no batch")
        self.first = first
        self._waiting: Batch | None = first

    def next(self) -> Batch | None:
        """None at the end of what can't begin again."""
        batch, self._waiting = self._waiting, None
        return batch or self._take() or self._again()

    def _again(self) -> Batch | None:
        self._iterator = iter(self._loader)
        return self._take()

    def _take(self) -> Batch | None:
        for batch in self._iterator:
            return as_batch(batch, self._model).mapped(lambda tensor: tensor.detach().to(self._device))
        return None


@contextlib.contextmanager
def _generators_kept(loader: object) -> Iterator[None]:
    """A DataLoader's own generator goes on where it was."""
    holders = [loader, getattr(loader, "sampler", None)]
    generators = [one for holder in holders if isinstance(one := getattr(holder, "generator", None), torch.Generator)]
    states = [generator.get_state() for generator in generators]
    try:
        yield
    finally:
        for generator, state in zip(generators, states):
            generator.set_state(state)
