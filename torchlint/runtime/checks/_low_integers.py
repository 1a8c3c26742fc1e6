"""Arithmetic in uint8 and int8, done again in int64 to see whether it wrapped."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from torchlint.runtime.events import Operation

LOW = (torch.uint8, torch.int8)

#: an operation's name, and the same in numbers that do not wrap
_ARITHMETIC: dict[str, Callable[..., torch.Tensor]] = {
    "add": torch.add,
    "__add__": torch.add,
    "__radd__": torch.add,
    "sub": torch.sub,
    "subtract": torch.sub,
    "__sub__": torch.sub,
    "rsub": lambda a, b: torch.sub(b, a),
    "__rsub__": lambda a, b: torch.sub(b, a),
    "mul": torch.mul,
    "multiply": torch.mul,
    "__mul__": torch.mul,
    "__rmul__": torch.mul,
    "pow": torch.pow,
    "__pow__": torch.pow,
    "square": torch.square,
    "neg": torch.neg,
    "__neg__": torch.neg,
    "diff": torch.diff,
    "matmul": torch.matmul,
    "__matmul__": torch.matmul,
    "mm": torch.mm,
    "bmm": torch.bmm,
    "dot": torch.dot,
}

_PRODUCTS = ("matmul", "__matmul__", "mm", "bmm", "dot")


def wrapped(event: Operation) -> str | None:
    """The name of an operation whose uint8 or int8 result is not the true one; None where it is, or is not known."""
    name = getattr(event.function, "__name__", "")
    again = _ARITHMETIC.get(name)
    result = event.result
    if not isinstance(result, torch.Tensor) or result.dtype not in LOW:
        return None
    if again is None:
        return name.strip("_") if wrapped_in_place(name, event) else None
    options = {key: _wide(value) for key, value in event.kwargs.items() if key not in ("out", "dtype")}
    exact = again(*(_wide(argument) for argument in event.args), **options)
    return name.strip("_") if bool((exact != result).any()) else None


def wrapped_in_place(name: str, event: Operation) -> bool:
    """A uint8 sum below what was added to it, or a difference that was below zero: what was there before is gone."""
    result, other = event.result, event.args[1] if len(event.args) > 1 else None
    if result.dtype is not torch.uint8 or event.kwargs or isinstance(other, float) or other is None:
        return False
    if isinstance(other, torch.Tensor) and other.is_floating_point():
        return False
    if name in ("add_", "__iadd__"):
        return bool((result < _wide(other)).any())
    return name in ("sub_", "__isub__") and bool((result.long() + _wide(other) > 255).any())


def is_product(name: str) -> bool:
    return name in _PRODUCTS


def _wide(value: Any) -> Any:
    return value.long() if isinstance(value, torch.Tensor) and not value.is_floating_point() else value
