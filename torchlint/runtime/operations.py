"""The function mode of the first steps: it sees what only a call from Python shows, and then it is gone."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import torch
from torch.overrides import TorchFunctionMode, _get_current_function_mode, _pop_mode, _push_mode
from torch.utils._device import DeviceContext

Listener = Callable[[Callable[..., Any], tuple[Any, ...], Mapping[str, Any], Any], None]


class OperationMode(TorchFunctionMode):
    """Tells `listener` of each torch function that Python calls: function, arguments, result."""

    def __init__(self, listener: Listener) -> None:
        super().__init__()
        self._listener: Listener | None = listener

    def hears_nothing(self) -> None:
        """From now on, until it is taken off."""
        self._listener = None

    def __torch_function__(
        self, func: Callable[..., Any], types: Any, args: tuple[Any, ...] = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        kwargs = kwargs or {}
        result = func(*args, **kwargs)
        if self._listener is not None:
            self._listener(func, args, kwargs, result)
        return result


def take_off(mode: TorchFunctionMode) -> bool:
    """Leave a mode, also one that other modes lie above; False where it is at work, and must be asked again later."""
    above: list[TorchFunctionMode] = []
    found = False
    while not found and torch._C._len_torch_function_stack():
        above.append(_pop_mode())
        found = above[-1] is mode
    for other in reversed(above):
        if other is not mode:
            _push_mode(other)
    return found


def is_under_mode() -> bool:
    """Whether somebody's mode is on, whose end would take off what lies above it."""
    mode = _get_current_function_mode()
    # the default device is a mode that always lies lowest, and knows that others are above it
    return mode is not None and not isinstance(mode, DeviceContext)


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


def is_data(tensor: torch.Tensor) -> bool:
    """Whether it has numbers that can be compared with others."""
    return (
        type(tensor) is torch.Tensor
        and tensor.layout is torch.strided
        and tensor.device.type != "meta"
        and not tensor.is_quantized
        and tensor.numel() > 0
    )


#: the functorch transform that is under way, if any
innermost_transform = torch._C._functorch.peek_interpreter_stack


def in_transform() -> bool:
    """Whether a functorch transform such as `vmap` is under way: its tensors have no values to read."""
    return innermost_transform() is not None
