"""TLN501: a counter or sum in a dtype that wraps (uint8) or saturates (bfloat16 stops at 256)."""

from __future__ import annotations

import torch

from torchlint.runtime.checks._low_integers import LOW, is_product, wrapped
from torchlint.runtime.checks.base import Check
from torchlint.runtime.events import Operation

_LOW_FLOATS = (torch.float16, torch.bfloat16)
_IN_PLACE = ("__iadd__", "add_")
_SUMS = ("sum", "cumsum", "nansum", "prod", "cumprod")
_SCATTERS = ("index_add_", "scatter_add_")

#: a half-precision number that grew in so many different steps is a counter
GROWN = 3


class LowPrecisionAccumulator(Check):
    """By dtypes alone where an integer of a wider type is added in place, else by the numbers."""

    code = "TLN501"

    def __init__(self, *arguments: object) -> None:
        super().__init__(*arguments)  # type: ignore[arg-type]
        #: half-precision sums by identity: the tensor (kept, so that its identity stays its own), steps, last step
        self._sums: dict[int, tuple[torch.Tensor, int, int]] = {}

    def on_operation(self, event: Operation) -> None:
        name = getattr(event.function, "__name__", "")
        result = event.result
        if not isinstance(result, torch.Tensor):
            return
        if result.dtype in LOW:
            self._judge_integers(name, event)
        elif result.dtype in _LOW_FLOATS:
            self._judge_floats(name, event)

    def _judge_integers(self, name: str, event: Operation) -> None:
        operands = [argument for argument in event.args if isinstance(argument, torch.Tensor)]
        if name in _IN_PLACE and len(operands) == 2:
            if _is_wider(operands[1].dtype, event.result.dtype) or _wrapped_in_place(event.result, operands[1]):
                self._tell(name, event.result)
        elif name in _SUMS and operands:
            exact = getattr(torch, name)(operands[0].long(), *event.args[1:], **_without_dtype(event))
            if bool((exact != event.result).any()):
                self._tell(name, event.result)
        elif name in _SCATTERS and _scattered_too_much(name, event):
            self._tell(name, event.result)
        else:
            operation = wrapped(event)
            if operation is not None and (is_product(operation) or event.result.dim() == 0):
                self._tell(operation, event.result)

    def _judge_floats(self, name: str, event: Operation) -> None:
        result = event.result
        if name == "sum" and event.args and not event.args[0].is_floating_point():
            exact = torch.sum(event.args[0], *event.args[1:], **_without_dtype(event))
            if bool((exact != result.double()).any()):
                self._tell(name, result)
        elif name in (*_IN_PLACE, "add", "__add__") and result.dim() == 0 and not result.requires_grad:
            known = self._sums.pop(id(event.args[0]), None)
            grown, last = (known[1], known[2]) if known is not None else (0, -1)
            now = self.session.step + self.session.evaluations
            grown += last != now
            self._sums[id(result)] = (result, grown, now)
            if grown >= GROWN:
                self._tell(name, result)

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


def _wrapped_in_place(result: torch.Tensor, added: torch.Tensor) -> bool:
    """A uint8 sum that is smaller than what was added to it."""
    return result.dtype is torch.uint8 and not added.is_floating_point() and bool((result < added).any())


def _scattered_too_much(name: str, event: Operation) -> bool:
    """More was added to a place than what is there now."""
    result, arguments = event.result, event.args
    if result.dtype is not torch.uint8 or len(arguments) != 4:
        return False
    _, dimension, index, source = arguments
    alone = getattr(torch.zeros_like(result, dtype=torch.int64), name)(dimension, index, source.long())
    return bool((alone > result).any())
