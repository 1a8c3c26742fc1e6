"""What each layer does in a step, looked at now and then: gradients, weights, updates, activations.

A sample is taken in a few of the first steps and once in a closer look, so that it costs a steady step nothing. All
checks of training health, and the report, read the same samples.
"""

from __future__ import annotations

import math
import warnings
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import nn
from torch.nn.parameter import is_lazy

from torchlint.runtime.activations import Activations
from torchlint.runtime.models import Root
from torchlint.runtime.norms import Norms, plain, without_graph
from torchlint.runtime.optimizers import TrackedOptimizer
from torchlint.runtime.pace import LOOK, OPENING

#: steps at the start in which a sample is taken
EARLY = frozenset((0, 1, 2, 4, 8, 16, 32))
#: after so many closer looks, a sample is taken in every so-manieth: it costs as much as a small step or two
DENSE, SPARSE = 10, 5
#: parameters of at most so many numbers are compared before and after a step as a whole, which is one operation for
#: all of them; of the others, so many numbers that are spread over all of it
WHOLE, SLICE = 16_384, 1024


class LayerSample(NamedTuple):
    """One layer in one step: a module with parameters of its own. None where a number is not known."""

    #: the dotted path of the module
    layer: str
    #: its class
    kind: str
    #: of all its parameters together, as the optimizer finds them: after unscaling and clipping
    gradient_norm: float | None
    weight_norm: float | None
    #: how far the step moves the weights, against their size
    update_ratio: float | None = None
    #: of its output
    activation_mean: float | None = None
    activation_std: float | None = None
    #: the share of its units that are zero for the whole batch behind a ReLU
    dead: float | None = None
    #: the share of numbers behind its tanh or sigmoid that lie at the ends of the range
    saturated: float | None = None
    #: samples in the batch that a BatchNorm normalises over
    normalised: int | None = None
    #: it has a weight with two dimensions or more: no normalisation
    matrix: bool = True

    def numbers(self) -> dict[str, float]:
        """What is known of it."""
        known = self._asdict()
        return {name: known[name] for name in _NUMBERS if known[name] is not None}


_NUMBERS = tuple(name for name in LayerSample._fields if name not in ("layer", "kind", "normalised", "matrix"))


@dataclass(frozen=True, slots=True)
class Sample:
    """The layers that one optimizer holds, in one of its steps, in the order of the model."""

    step: int
    optimizer: str
    learning_rate: float | None
    layers: tuple[LayerSample, ...]


class _Layer(NamedTuple):
    path: str
    kind: str
    parameters: list[nn.Parameter]


class Layers:
    """Takes the samples of a session."""

    def __init__(self, every: int, keep: int) -> None:
        self._every = max(every, LOOK)
        #: the last ones
        self.samples: deque[Sample] = deque(maxlen=keep)
        self.activations = Activations()
        self._open: _Open | None = None
        #: a mistake of ours has shown: no more of it
        self._broken = False

    def is_due(self, step: int) -> bool:
        if step < OPENING:
            return step in EARLY
        look, offset = divmod(step, self._every)
        return offset == 1 and (look <= DENSE or look % SPARSE == 0)

    def step_starts(self, optimizer: TrackedOptimizer, roots: Iterable[Root], step: int) -> None:
        """Look at gradients and weights before a step."""
        self._open = None
        if self.is_due(step) and not self._broken and not optimizer.closure:
            with self._quietly():
                layers = _layers(roots, optimizer)
                if layers and not optimizer.skips:
                    self._open = _Open(step, optimizer, layers)

    def step_ended(self, optimizer: TrackedOptimizer) -> Sample | None:
        """Look at the weights after it."""
        opened, self._open = self._open, None
        if opened is None or opened.optimizer is not optimizer:
            return None
        with self._quietly():
            sample = opened.close(self.activations)
            self.samples.append(sample)
            return sample
        return None

    @contextmanager
    def _quietly(self) -> Iterator[None]:
        """No mode hears what is computed here, and our own mistake must not end somebody's training."""
        try:
            with torch.no_grad(), torch._C.DisableTorchFunction():
                yield
        except Exception as error:
            self._broken = True
            warnings.warn(
                f"torchlint: internal error in sampling layers, which is off from now on: "
                f"{type(error).__name__}: {error}; please report it",
                RuntimeWarning,
                stacklevel=2,
            )


class _Open:
    """A sample of a step that is under way."""

    def __init__(self, step: int, optimizer: TrackedOptimizer, layers: list[_Layer]) -> None:
        self.step = step
        self.optimizer = optimizer
        self._layers = layers
        self._rate = optimizer.learning_rate
        parameters = [parameter for layer in layers for parameter in layer.parameters]
        gradients = without_graph([grad for parameter in parameters if (grad := parameter.grad) is not None])
        weights = [parameter.detach() for parameter in parameters]
        norms = Norms(parameters)
        self._gradients = norms.of(gradients) if gradients else ()
        self._weights = Norms(weights).of(weights)
        #: a fused optimizer unscales in its step
        self._scale = optimizer.scale
        self._has_gradient = [parameter.grad is not None for parameter in parameters]
        self._before = _copies(parameters)

    def close(self, activations: Activations) -> Sample:
        after = _copies([parameter for layer in self._layers for parameter in layer.parameters])
        shown = activations.take(layer.path for layer in self._layers)
        moved = torch._foreach_norm(torch._foreach_sub(after, self._before))
        sizes = torch._foreach_norm(self._before)
        numbers = read([*self._gradients, *self._weights, *moved, *sizes])
        count = len(after)
        gradients = iter(numbers[: len(self._gradients)])
        weights, moves, was = (
            iter(numbers[start : start + count]) for start in range(len(self._gradients), len(numbers), max(count, 1))
        )
        has_gradient = iter(self._has_gradient)
        rows = []
        for layer in self._layers:
            own = range(len(layer.parameters))
            norm = [next(gradients) / self._scale for _ in own if next(has_gradient)]
            weight = math.hypot(*[next(weights) for _ in own])
            move, size = math.hypot(*[next(moves) for _ in own]), math.hypot(*[next(was) for _ in own])
            rows.append(
                LayerSample(
                    layer.path,
                    layer.kind,
                    math.hypot(*norm) if norm else None,
                    weight,
                    move / size if size else None,
                    **shown.get(layer.path, {}),
                    matrix=any(parameter.dim() > 1 for parameter in layer.parameters),
                )
            )
        return Sample(self.step, self.optimizer.label, self._rate, tuple(rows))


def _layers(roots: Iterable[Root], optimizer: TrackedOptimizer) -> list[_Layer]:
    """The layers whose parameters an optimizer holds, in the order of the model; of a shared one, the first."""
    held = {id(parameter) for parameter in optimizer.parameters}
    layers: list[_Layer] = []
    for root in roots:
        for name, module in root.inner.named_modules():
            own = [parameter for parameter in module.parameters(recurse=False) if id(parameter) in held]
            held -= {id(parameter) for parameter in own}
            own = [parameter for parameter in own if _has_numbers(parameter)]
            if own:
                layers.append(_Layer(root.path(name), type(module).__name__, own))
    return layers


def _has_numbers(parameter: nn.Parameter) -> bool:
    return (
        parameter.requires_grad
        and parameter.is_floating_point()
        and not is_lazy(parameter)
        and parameter.device.type != "meta"
        and parameter.layout is torch.strided
    )


def _copies(parameters: Sequence[nn.Parameter]) -> list[torch.Tensor]:
    """Numbers of each parameter, as they are now."""
    parts = [plain(parameter.detach()) for parameter in parameters]
    whole = [number for number, local in enumerate(parts) if local.numel() <= WHOLE and local.dtype is torch.float32]
    copies = dict(zip(whole, torch._foreach_mul([parts[number] for number in whole], 1.0))) if whole else {}
    return [copies[number] if number in copies else _slice(local) for number, local in enumerate(parts)]


def _slice(local: torch.Tensor) -> torch.Tensor:
    """A copy of some of its numbers, spread over all of it."""
    flat = local.reshape(-1)
    part = flat[:: max(1, -(-flat.numel() // SLICE))].to(torch.float32)
    return part.clone() if part.data_ptr() == flat.data_ptr() else part


def read(values: Sequence[torch.Tensor]) -> list[float]:
    """Single numbers from where they lie, with one wait for each device."""
    if len({value.device for value in values}) != 1:
        return [value.item() for value in values]
    numbers: list[float] = torch.stack([value.to(torch.float32) for value in values]).tolist()
    return numbers
