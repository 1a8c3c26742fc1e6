"""The checks as listeners: who hears which event, and what they have found."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from torchlint.runtime.events import (
    BackwardEnd,
    BackwardStart,
    Clip,
    Close,
    Epoch,
    Forward,
    Graph,
    Measured,
    Operation,
    Sampled,
    ScalerStep,
    StepEnd,
    StepStart,
)
from torchlint.runtime.findings import RuntimeFinding

if TYPE_CHECKING:
    from torchlint.runtime.checks import Check
    from torchlint.runtime.optimizers import TrackedOptimizer

_METHODS: dict[type, str] = {
    Forward: "on_forward",
    Graph: "on_graph",
    BackwardStart: "on_backward_start",
    BackwardEnd: "on_backward_end",
    StepStart: "on_step_start",
    StepEnd: "on_step_end",
    Measured: "on_measured",
    Sampled: "on_sampled",
    Clip: "on_clip",
    ScalerStep: "on_scaler_step",
    Epoch: "on_epoch",
    Operation: "on_operation",
    Close: "on_close",
}

_Handlers = dict[type, tuple[tuple["Check", Callable[[Any], None]], ...]]


class Audience:
    """Hands events to the checks, and their findings on."""

    def __init__(self, tell: Callable[[Sequence[RuntimeFinding]], None]) -> None:
        self._tell = tell
        self._told: set[tuple[str, str | None]] = set()
        #: reported by the checks, and not told yet
        self._found: list[RuntimeFinding] = []
        self._checks: list[Check] = []
        #: while all is calm, only the checks that watch numbers listen
        self._calm = False
        self._handlers: _Handlers = {}
        #: checks are at work, whose own operations are not to be heard
        self.busy = False

    def seat(self, checks: Iterable[Check]) -> None:
        self._checks += checks
        self._index()

    def leave(self) -> None:
        """Let go of all checks."""
        self._checks.clear()
        self._handlers = {}

    def mute(self, check: Check) -> None:
        """Tell a check nothing more."""
        if check in self._checks:
            self._checks.remove(check)
            self._index()

    def hush(self, calm: bool) -> None:
        """From now on let only the checks that watch numbers listen, or all again."""
        if calm is not self._calm:
            self._calm = calm
            self._index()

    def _index(self) -> None:
        listening = [check for check in self._checks if check.watches_numbers or not self._calm]
        named = {
            event: tuple([(check, getattr(check, name)) for check in listening if hasattr(check, name)])
            for event, name in _METHODS.items()
        }
        self._handlers = {event: handlers for event, handlers in named.items() if handlers}

    def hears(self, event: type) -> bool:
        """Whether anybody listens to events of this kind: those that nobody hears need not be made."""
        return event in self._handlers

    def hear(self, event: object) -> None:
        busy, self.busy = self.busy, True
        try:
            for check, handler in self._handlers.get(type(event), ()):
                try:
                    handler(event)
                except Exception as error:
                    # our own mistake must not end somebody's training
                    self.mute(check)
                    warnings.warn(
                        f"torchlint: internal error in the check of {check.code}, which is off from now on: "
                        f"{type(error).__name__}: {error}; please report it",
                        RuntimeWarning,
                        stacklevel=2,
                    )
        finally:
            self.busy = busy
        if self._found:
            # after the checks are done, since telling may raise
            found, self._found = self._found, []
            self._tell(found)

    def is_news(self, code: str, module: str | None) -> bool:
        """True once for each bug in each module."""
        if (code, module) in self._told:
            return False
        self._told.add((code, module))
        return True

    def found(self, finding: RuntimeFinding) -> None:
        self._found.append(finding)

    def forget(self, optimizer: TrackedOptimizer) -> None:
        for check in self._checks:
            check.forget(optimizer)
