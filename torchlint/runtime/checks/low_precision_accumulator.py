"""TLN501: a counter or sum in a dtype that wraps (uint8) or saturates (bfloat16 stops at 256)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from torchlint.runtime.checks._low_integers import LOW, is_product, wrapped, wrapped_in_place
from torchlint.runtime.checks.base import Check
from torchlint.runtime.events import Operation

if TYPE_CHECKING:
    from torchlint.runtime.session import Session

_LOW_FLOATS = (torch.float16, torch.bfloat16)
_IN_PLACE = ("__iadd__", "add_")
_ADDITIONS = (*_IN_PLACE, "add", "__add__", "__radd__")
_SUMS = ("sum", "cumsum", "nansum", "prod", "cumprod")
_SCATTERS = ("index_add_", "scatter_add_", "index_put_")

#: a low-precision number that grew in so many different steps is a counter
GROWN = 3


class LowPrecisionAccumulator(Check):
    """By the numbers where one operation is wrong already; by dtype where a sum grows from step to step."""

    code = "TLN501"

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        #: sums by identity: the tensor (kept, so that its identity stays its own), steps in which it grew, the last one
        self._sums: dict[int, tuple[torch.Tensor, int, int]] = {}

    def on_operation(self, event: Operation) -> None:
        name = getattr(event.function, "__name__", "")
        result = event.result
        if isinstance(result, torch.Tensor) and result.dtype in (*LOW, *_LOW_FLOATS):
            if result.dtype in _LOW_FLOATS and _stands_still(name, event):
                self._tell_still(result)
            exact = self._is_wrong(name, event) if result.dtype in LOW else _is_rounded(name, event)
            if exact or self._keeps_growing(name, event):
                self._tell(name, result)

    def _is_wrong(self, name: str, event: Operation) -> bool:
        operands = [argument for argument in event.args if isinstance(argument, torch.Tensor)]
        if name in _IN_PLACE and len(operands) == 2:
            kept, added = event.result, operands[1]
            return _is_wider(added.dtype, kept.dtype) or wrapped_in_place(name, event)
        if name in _SUMS and operands:
            exact = getattr(torch, name)(operands[0].long(), *event.args[1:], **_without_dtype(event))
            return bool((exact != event.result).any())
        if name in _SCATTERS:
            return False
        operation = wrapped(event)
        return operation is not None and (is_product(operation) or event.result.dim() == 0)

    def _keeps_growing(self, name: str, event: Operation) -> bool:
        """Whether something was added to the same sum in several steps."""
        result = event.result
        scatters = name in _SCATTERS and (name != "index_put_" or event.kwargs.get("accumulate", False))
        # larger tensors of half precision are added up in every residual network
        if not scatters and (name not in _ADDITIONS or result.dim() or result.requires_grad):
            return False
        known = next((self._sums.pop(id(old)) for old in event.args[:2] if id(old) in self._sums), None)
        grown, last = (known[1], known[2]) if known is not None else (0, -1)
        now = self.session.step + self.session.evaluations.heard
        grown += last != now
        self._sums[id(result)] = (result, grown, now)
        return grown >= GROWN

    def _tell_still(self, average: torch.Tensor) -> None:
        if self.session.in_step:
            # weight decay by an optimizer
            return
        kind = str(average.dtype).removeprefix("torch.")
        self.report(
            f"a moving average is kept in {kind}, whose numbers are too coarse for its decay: it never moves",
            "keep the average in float32",
            dtype=kind,
        )

    def _tell(self, name: str, result: torch.Tensor) -> None:
        kind = str(result.dtype).removeprefix("torch.")
        limits = {
            "uint8": "wraps at 256",
            "int8": "wraps at 128",
            "bfloat16": "stops growing at 256",
            "float16": "stops growing at 2048",
        }
        self.report(
            f"a sum is kept in {kind}, which {limits[kind]}: the count is silently wrong",
            "count in int64 or float32 (or with .item() in Python); plain .sum() of uint8 or bool does it by itself",
            operation=name.strip("_"),
            dtype=kind,
        )


def _without_dtype(event: Operation) -> dict[str, object]:
    return {key: value for key, value in event.kwargs.items() if key not in ("dtype", "out")}


def _is_wider(other: torch.dtype, kept: torch.dtype) -> bool:
    return not other.is_floating_point and other not in (*LOW, torch.bool) and other.itemsize > kept.itemsize


def _is_rounded(name: str, event: Operation) -> bool:
    """A count of integers or bools that half precision can't hold."""
    if name != "sum" or not event.args or event.args[0].is_floating_point():
        return False
    exact = torch.sum(event.args[0], *event.args[1:], **_without_dtype(event))
    return bool((exact != event.result.double()).any())


def _stands_still(name: str, event: Operation) -> bool:
    """Whether the decay of a moving average is less than half of the distance between neighbouring numbers."""
    average, arguments = event.result, event.args
    if average.requires_grad or not average.dim() or len(arguments) < 2:
        return False
    eps = torch.finfo(average.dtype).eps
    if name in ("mul_", "__imul__") and isinstance(arguments[1], float):
        return 0 < 1 - arguments[1] < eps / 4
    return name == "lerp_" and isinstance(arguments[-1], float) and 0 < arguments[-1] < eps / 4
