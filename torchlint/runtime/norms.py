"""The norm of all gradients of an optimizer: the one number that is computed in every step.

`torch._foreach_norm` in float32 is a handful of kernels, and 15 times faster than `isfinite` on each tensor. Its sum of
squares overflows for values above 1e19, so a norm that is not finite is a reason to look closely, not a verdict.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch.nn.parameter import is_lazy

_LOW = (torch.float16, torch.bfloat16)
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
