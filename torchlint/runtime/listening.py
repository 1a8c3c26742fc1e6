"""When operations are listened to: in the first steps, in the first evaluations, and never around compiled code."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import torch

from torchlint.runtime.events import Operation
from torchlint.runtime.operations import OperationMode, compilations, in_transform, is_under_mode, take_off

#: more operations than this are not heard
OPERATIONS = 200_000

#: modes that were at work when they had to go: the guard has ended inside of a call that it heard
_late: list[OperationMode] = []


def take_off_late() -> None:
    """Take off what could not be taken off when a guard ended."""
    _late[:] = [mode for mode in _late if not take_off(mode)]


class Listening:
    """Puts the function mode on and takes it off again."""

    def __init__(self, hear: Callable[[Operation], None]) -> None:
        self._hear = hear
        self._mode: OperationMode | None = None
        self.on = False
        #: compiled code is called: a mode around it would have it compiled anew
        self._compiled = False
        self._compilations = compilations()
        self._heard = 0

    @property
    def compiled(self) -> bool:
        """Whether compiled code is, or may be, called."""
        return self._compiled

    @property
    def exhausted(self) -> bool:
        return self._heard >= OPERATIONS

    def start(self, sees_compiled_calls: bool) -> None:
        """Begin, unless code may be compiled already and its calls can't be seen."""
        take_off_late()
        self._compiled = bool(self._compilations) and not sees_compiled_calls

    def enter(self) -> None:
        if self._mode is None and not self._compiled and not self.exhausted and not is_under_mode():
            self._mode = OperationMode(self._operation)
            self._mode.__enter__()
            self.on = True

    def leave(self) -> None:
        if self._mode is not None and take_off(self._mode):
            self._mode = None
            self.on = False

    def close(self) -> None:
        """Leave for good."""
        self.leave()
        if self._mode is not None:
            self._mode.hears_nothing()
            _late.append(self._mode)
            self._mode = None
            self.on = False

    def compiler_used(self) -> None:
        self._compiled = True
        self.leave()

    def notice_compiler(self) -> None:
        """Leave where something was compiled since the start."""
        if self._mode is not None and compilations() > self._compilations:
            self.compiler_used()

    def _operation(
        self, function: Callable[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any], result: Any
    ) -> None:
        if self.exhausted or in_transform():
            return
        if isinstance(result, torch.Tensor) and result.device.type == "meta":
            return
        self._heard += 1
        self._hear(Operation(function, args, kwargs, result))
