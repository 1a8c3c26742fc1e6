"""TLN109: gradients are computed and cleared, and nothing ever steps."""

from __future__ import annotations

import torch

from torchlint.runtime.checks.base import Check
from torchlint.runtime.events import BackwardEnd, BackwardStart, Close, StepStart

#: gradients that were made and thrown away, before the first step of any optimizer
THROWN_AWAY = 5
#: backward passes of a whole run without a step
WHOLE_RUN = 5


class NoOptimizerStep(Check):
    """Weights that are updated by hand change their version, and are left alone."""

    code = "TLN109"
    severity = "warning"

    def __init__(self, *arguments: object) -> None:
        super().__init__(*arguments)  # type: ignore[arg-type]
        self._watched: list[tuple[torch.Tensor, int]] = []
        self._last: torch.Tensor | None = None
        self._backwards = 0
        self._thrown_away = 0

    def on_step_start(self, event: StepStart) -> None:
        self.done()

    def on_backward_start(self, event: BackwardStart) -> None:
        if event.in_closure or self.session.scaler_steps:
            self.done()
            return
        if not self._watched and event.graph is not None:
            named = [tensor for tensor in event.graph.parameters if self.session.name(tensor) is not None]
            self._watched = [(tensor, tensor._version) for tensor in named[:8]]
        if any(tensor._version != version for tensor, version in self._watched):
            self.done()
            return
        if self._watched and self._last is not None and self._watched[0][0].grad is not self._last:
            self._thrown_away += 1
        if self._thrown_away >= THROWN_AWAY:
            self._tell()

    def on_backward_end(self, event: BackwardEnd) -> None:
        self._backwards += 1
        self._last = self._watched[0][0].grad if self._watched else None

    def on_close(self, event: Close) -> None:
        changed = any(tensor._version != version for tensor, version in self._watched)
        if not event.failed and self._watched and not changed and self._backwards >= WHOLE_RUN:
            self._tell()

    def _tell(self) -> None:
        self.report(
            "backward() runs, but no optimizer ever steps: the weights stay as they are",
            "call optimizer.step() after backward(), with the parentheses",
            backward_passes=self._backwards,
        )
        self.done()
