"""Optimizers as the guard sees them: found when they first step."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

import torch
from torch import nn
from torch.optim.optimizer import Optimizer

from torchlint.runtime.norms import Norms, Turns, without_graph

#: how many parameters of an optimizer are looked at in every step; the smallest ones, since their gradients are held
PROBES = 4


class TrackedOptimizer:
    """An optimizer that has stepped inside the guarded block."""

    def __init__(self, optimizer: Optimizer, label: str) -> None:
        #: an optimizer of which only the guard knows is no longer in use: it must not keep its state alive
        self.reference = weakref.ref(optimizer)
        self.label = label
        #: finished steps
        self.steps = 0
        #: backward passes of the session up to the end of its last step
        self.backwards = 0
        #: its step calls a closure several times, as LBFGS does
        self.closure = False
        self.parameters: list[nn.Parameter] = []
        #: parameters that are added come in a new group
        self.group_count = 0
        self.norms = Norms(())
        #: the gradients that are looked at in turns, while all is calm
        self.turns: Turns | None = None
        self.on_cpu = False
        self._by_size: list[nn.Parameter] = []
        self.refresh()

    @property
    def _groups(self) -> list[dict[str, Any]]:
        optimizer = self.reference()
        return [] if optimizer is None else optimizer.param_groups

    def refresh(self) -> bool:
        """Look for parameters that were added since; True where there are."""
        groups = self._groups
        self.group_count = len(groups)
        if sum(len(group["params"]) for group in groups) == len(self.parameters):
            return False
        self.parameters = [parameter for group in groups for parameter in group["params"]]
        self.norms = Norms(self.parameters)
        self.turns = None
        self.on_cpu = all(parameter.is_cpu for parameter in self.parameters)
        self._by_size = sorted(self.parameters, key=lambda parameter: parameter.numel())
        return True

    def gradients(self) -> list[torch.Tensor]:
        """Those that are there now, without the graph that `backward(create_graph=True)` gives them."""
        return without_graph([grad for parameter in self.parameters if (grad := parameter.grad) is not None])

    def probes(self) -> list[nn.Parameter]:
        """A few small parameters that have a gradient now."""
        with_gradient = (parameter for parameter in self._by_size if parameter.grad is not None)
        return list(islice(with_gradient, PROBES))

    @property
    def learning_rate(self) -> float | None:
        """That of the first group, where it is a number on the CPU."""
        optimizer = self.reference()
        groups = optimizer.param_groups if optimizer is not None else ()
        rate = groups[0].get("lr") if groups else None
        if type(rate) is float:
            return rate
        if isinstance(rate, torch.Tensor):
            return rate.item() if rate.device.type == "cpu" else None
        return rate

    @property
    def learning_rates(self) -> list[float]:
        return [float(group["lr"]) for group in self._groups if "lr" in group]

    @property
    def scale(self) -> float:
        """What the gradients are still multiplied by: a GradScaler leaves unscaling to a fused optimizer."""
        scale = getattr(self.reference(), "grad_scale", None)
        return 1.0 if scale is None else float(scale)

    @property
    def skips(self) -> bool:
        """Whether a GradScaler has told a fused optimizer to do nothing in this step. Waits for the device."""
        found = getattr(self.reference(), "found_inf", None)
        return found is not None and bool(found)


def living_optimizers() -> Iterator[Optimizer]:
    """Every optimizer of the process, also those that never stepped. Looks through the whole heap: for rare use."""
    for thing in gc.get_objects():
        # type() and not isinstance(): the heap holds lazy proxies whose __class__ runs code
        if issubclass(type(thing), Optimizer) and "param_groups" in getattr(thing, "__dict__", ()):
            yield thing


def version(gradient: torch.Tensor) -> int:
    """How often it was changed in place; FSDP adds to this rank's part of a DTensor, past the DTensor itself."""
    return int(getattr(gradient, "_local_tensor", gradient)._version)


def with_versions(parameters: Iterable[nn.Parameter]) -> list[tuple[nn.Parameter, torch.Tensor, int]]:
    """Each parameter that has a gradient now, with the gradient and how often that was changed in place."""
    return [(parameter, grad, version(grad)) for parameter in parameters if (grad := parameter.grad) is not None]


def ids(parameters: Iterable[torch.Tensor]) -> set[int]:
    return {id(parameter) for parameter in parameters}
