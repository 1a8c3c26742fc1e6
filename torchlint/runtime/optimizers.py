"""Optimizers as the guard sees them: found when they first step."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator

import torch
from torch import nn
from torch.optim.optimizer import Optimizer

#: how many parameters of an optimizer are looked at in every step; the smallest ones, since their gradients are held
PROBES = 4


class TrackedOptimizer:
    """An optimizer that has stepped inside the guarded block."""

    def __init__(self, optimizer: Optimizer, label: str) -> None:
        self.optimizer = optimizer
        self.label = label
        #: finished steps
        self.steps = 0
        #: its step is called with a closure, as LBFGS wants it
        self.closure = False
        self.parameters: list[nn.Parameter] = []
        self.refresh()

    def refresh(self) -> bool:
        """Look for parameters that were added since; True where there are."""
        groups = self.optimizer.param_groups
        if sum(len(group["params"]) for group in groups) == len(self.parameters):
            return False
        self.parameters = [parameter for group in groups for parameter in group["params"]]
        return True

    def gradients(self) -> list[torch.Tensor]:
        return [grad for parameter in self.parameters if (grad := parameter.grad) is not None]

    def probes(self) -> list[nn.Parameter]:
        """A few small parameters that have a gradient now."""
        with_gradient = [parameter for parameter in self.parameters if parameter.grad is not None]
        return sorted(with_gradient, key=lambda parameter: parameter.numel())[:PROBES]

    @property
    def learning_rates(self) -> list[float]:
        return [float(group["lr"]) for group in self.optimizer.param_groups if "lr" in group]

    @property
    def skips(self) -> bool:
        """Whether a GradScaler has told a fused optimizer to do nothing in this step. Waits for the device."""
        found = getattr(self.optimizer, "found_inf", None)
        return found is not None and bool(found)


def living_optimizers() -> Iterator[Optimizer]:
    """Every optimizer of the process, also those that never stepped. Looks through the whole heap: for rare use."""
    for thing in gc.get_objects():
        # type() and not isinstance(): the heap holds lazy proxies whose __class__ runs code
        if issubclass(type(thing), Optimizer) and "param_groups" in getattr(thing, "__dict__", ()):
            yield thing


def ids(parameters: Iterable[torch.Tensor]) -> set[int]:
    return {id(parameter) for parameter in parameters}
