"""The function mode of the first steps: it sees what only a call from Python shows, and then it is gone."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import torch
from torch.overrides import TorchFunctionMode

Listener = Callable[[Callable[..., Any], tuple[Any, ...], Mapping[str, Any], Any], None]


class OperationMode(TorchFunctionMode):
    """Tells `listener` of each torch function that Python calls: function, arguments, result."""

    def __init__(self, listener: Listener) -> None:
        super().__init__()
        self._listener: Listener | None = listener

    def __torch_function__(
        self, func: Callable[..., Any], types: Any, args: tuple[Any, ...] = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        kwargs = kwargs or {}
        result = func(*args, **kwargs)
        if self._listener is not None:
            self._listener(func, args, kwargs, result)
        return result

    def silence(self) -> None:
        """Hear nothing more, for the case that other modes lie above and it can't be taken off yet."""
        self._listener = None


def is_under_mode() -> bool:
    """Whether somebody's mode is on, such as `with torch.device(...)`: its end would take off what lies above it."""
    from torch.overrides import _get_current_function_mode

    return _get_current_function_mode() is not None


def is_on_top(mode: TorchFunctionMode) -> bool:
    from torch.overrides import _get_current_function_mode

    return _get_current_function_mode() is mode


def compilations() -> int:
    """How many backends `torch.compile` has been used with in this process."""
    eval_frame = sys.modules.get("torch._dynamo.eval_frame")
    # torch disables compilation of its own functions with a backend of None
    backends = getattr(eval_frame, "cached_backends", {}).values()
    return sum(backend is not None for backend in backends)


def tensors_in(arguments: Any) -> Iterator[torch.Tensor]:
    """The tensors among arguments, also those in lists, tuples and dicts."""
    if isinstance(arguments, torch.Tensor):
        yield arguments
    elif isinstance(arguments, (list, tuple)):
        for argument in arguments:
            yield from tensors_in(argument)
    elif isinstance(arguments, Mapping):
        for argument in arguments.values():
            yield from tensors_in(argument)


def in_transform() -> bool:
    """Whether a functorch transform such as `vmap` is under way: its tensors have no values to read."""
    return torch._C._functorch.peek_interpreter_stack() is not None
