"""The norm of the gradients of an optimizer: the one number that is computed in every step.

`torch._foreach_norm` in float32 is a handful of kernels, and 15 times faster than `isfinite` on each tensor. Its sum of
squares overflows for values above 1e19, so a norm that is not finite is a reason to look closely, not a verdict.
"""

from __future__ import annotations

import itertools
import math
import operator
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch.nn.parameter import is_lazy

_LOW = (torch.float16, torch.bfloat16)
_isfinite = math.isfinite
_ORDINARY = (torch.Tensor, torch.nn.Parameter)


def plain(gradient: torch.Tensor) -> torch.Tensor:
    """The numbers of a gradient as a dense local tensor: the values of a sparse one, this rank's part of a DTensor."""
    if gradient.layout is not torch.strided:
        return gradient.coalesce().values() if gradient.is_sparse else gradient.values()
    local: Any = getattr(gradient, "to_local", None)
    return gradient if local is None else local()


def readable(tensor: torch.Tensor) -> torch.Tensor | None:
    """The numbers of a parameter or buffer; None where it has none that could be NaN, or none yet."""
    if is_lazy(tensor) or tensor.device.type == "meta":
        return None
    if not tensor.is_floating_point() and not tensor.is_complex():
        return None
    numbers = plain(tensor.detach())
    # for the formats of one byte, torch can do little
    return numbers.float() if numbers.itemsize == 1 else numbers


class Norms:
    """The norms of the gradients of some parameters.

    What kind of gradients they are is asked of the parameters once, and not of each gradient in each step.
    """

    def __init__(self, parameters: Sequence[torch.Tensor]) -> None:
        kinds = {parameter.dtype for parameter in parameters}
        #: one call is enough for all: they are ordinary tensors of one kind
        self._at_once = len(kinds) == 1 and all(type(parameter) in _ORDINARY for parameter in parameters)
        self._dtype = _dtype(next(iter(kinds))) if kinds else None

    def of(self, gradients: Sequence[torch.Tensor]) -> Sequence[torch.Tensor]:
        """One 0-dimensional norm for each gradient, in order."""
        if self._at_once:
            try:
                return _foreach_norm(gradients, self._dtype)
            except RuntimeError:
                # sparse ones, of an embedding
                self._at_once = False
        return [_foreach_norm([plain(gradient)], _dtype(gradient.dtype))[0] for gradient in gradients]


def _dtype(kind: torch.dtype) -> torch.dtype | None:
    return torch.float32 if kind in _LOW else None


def _foreach_norm(gradients: Sequence[torch.Tensor], dtype: torch.dtype | None) -> Sequence[torch.Tensor]:
    result: Sequence[torch.Tensor] = torch._foreach_norm(gradients, 2, dtype=dtype)
    return result


#: one gradient is read in every step, number by number where it has at most so many
FEW = 256
#: the others are looked at in so many turns, a prime, so that a turn meets each kind of layer
TURNS = 7
#: and a turn comes after so many steps
REST = 8


class Turns:
    """The norm of all gradients: each step looks at few of them.

    One is looked at in every step: NaN that a backward pass makes anywhere travels on towards the inputs, into the
    gradients of all layers before, and arrives at those of the first. The others take turns; what is missed there
    shows in the next loss, since it is in the weights by then.
    """

    def __init__(self, parameters: Sequence[torch.Tensor], norms: Norms) -> None:
        learning = [parameter for parameter in parameters if parameter.requires_grad]
        # a layer's bias tells as much as its weight
        self._first = min(learning[:2], key=torch.Tensor.numel, default=None)
        others = [parameter for parameter in learning if parameter is not self._first]
        self._others = itertools.cycle([others[turn::TURNS] for turn in range(TURNS)])
        self._norms = norms
        #: torch takes longer to begin than it takes to read them one by one
        self._few = self._first is not None and _is_short_list(self._first)
        self._rest = REST
        #: by parameter
        self._known: dict[int, float] = {}
        self._look_at(learning)
        self._all = self._total()

    def next(self) -> float | None:
        """The norm of all, as far as it is known; None where there are no gradients."""
        self._rest -= 1
        if not self._rest:
            self._rest = REST
            self._look_at([*self._probe(), *next(self._others)])
            self._all = self._total()
        elif self._first is not None and (gradient := self._first.grad) is not None:
            try:
                value = sum(gradient.tolist()) if self._few else self._norm(gradient)
            except RuntimeError:
                # a sparse one has no list
                self._few, value = False, 0.0
            if not _isfinite(value):
                self._look_at(self._probe())
                return self._total()
        return self._all

    def _probe(self) -> list[torch.Tensor]:
        return [] if self._first is None else [self._first]

    def _norm(self, gradient: torch.Tensor) -> float:
        return self._norms.of(without_graph([gradient]))[0].item()

    def _look_at(self, part: Sequence[torch.Tensor]) -> None:
        keys, gradients = [], []
        for parameter in part:
            gradient = parameter.grad
            if gradient is None:
                self._known.pop(id(parameter), None)
            else:
                keys.append(id(parameter))
                gradients.append(gradient)
        if gradients:
            values = self._norms.of(without_graph(gradients))
            self._known.update(zip(keys, [value.item() for value in values]))

    def _total(self) -> float | None:
        return math.hypot(*self._known.values()) if self._known else None


def _is_short_list(parameter: torch.Tensor) -> bool:
    return (
        parameter.dim() == 1
        and parameter.numel() <= FEW
        and parameter.is_floating_point()
        and type(parameter) in _ORDINARY
    )


def without_graph(gradients: list[torch.Tensor]) -> list[torch.Tensor]:
    """As they are after `backward(create_graph=True)`, but for the graph."""
    return [gradient.detach() for gradient in gradients] if gradients and gradients[0].requires_grad else gradients


class ClippedNorm:
    """The norm that a clipping has computed: still right as long as nothing but that clipping writes to the gradients.

    It was computed before they were clipped, which tells more about a training than the limit that most were cut to.
    """

    def __init__(self, gradients: Sequence[torch.Tensor], norm: torch.Tensor) -> None:
        self.norm = norm
        self._gradients = gradients
        # the clipping that follows writes to each of them once
        self._versions = [gradient._version + 1 for gradient in gradients]

    def is_of(self, gradients: Sequence[torch.Tensor]) -> bool:
        return (
            len(gradients) == len(self._gradients)
            and all(map(operator.is_, gradients, self._gradients))
            and [gradient._version for gradient in gradients] == self._versions
        )


def total(values: Sequence[torch.Tensor]) -> float:
    """The norm of all, as a number: of tensors on a CPU, since this waits for them."""
    return math.hypot(*[value.item() for value in values])


def may_be_non_finite(tensors: Iterable[torch.Tensor]) -> bool:
    """A quick look at many tensors, with at most one wait for a device: no is certain, yes asks for a closer look."""
    numbers = [numbers for tensor in tensors if (numbers := readable(tensor)) is not None]
    try:
        values = Norms(numbers).of(numbers)
        return bool(values) and not math.isfinite(_total(values).item())
    except RuntimeError:
        # a dtype without norms
        return True


def _total(values: Sequence[torch.Tensor]) -> torch.Tensor:
    device = values[0].device
    return torch.linalg.vector_norm(torch.stack([value.to(device, torch.float32) for value in values]))


@dataclass(slots=True)
class Reading:
    """Loss and gradient norm on their way from a device."""

    buffer: torch.Tensor
    ready: Any

    def wait(self) -> tuple[float, float]:
        if self.ready is not None:
            self.ready.synchronize()
        loss, norm = self.buffer.tolist()
        return loss, norm


def send(loss: torch.Tensor | None, values: Sequence[torch.Tensor]) -> Reading:
    """Start copying loss and total norm into pinned memory, without waiting for the device."""
    device = values[0].device
    norm = _total(values)
    value = torch.zeros((), device=device) if loss is None else loss.detach().reshape(()).to(device, torch.float32)
    both = torch.stack([value, norm])
    if device.type != "cuda":
        return Reading(both.cpu(), None)
    buffer = torch.empty(2, pin_memory=True)
    buffer.copy_(both, non_blocking=True)
    ready = torch.cuda.Event()
    ready.record(torch.cuda.current_stream(device))
    return Reading(buffer, ready)
