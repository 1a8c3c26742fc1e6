"""TLN104: gradients that a GradScaler has scaled are clipped as they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from torchlint.runtime.checks.base import Check
from torchlint.runtime.events import BackwardStart, Clip, StepEnd, Unscale

if TYPE_CHECKING:
    from torchlint.runtime.session import Session

#: a limit above this was scaled by hand
SCALED_LIMIT = 1000.0


class ClipWithoutUnscale(Check):
    """The limit is meant for gradients, and meets gradients times the loss scale (65536 at first)."""

    code = "TLN104"

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._scaled = False

    def on_backward_start(self, event: BackwardStart) -> None:
        self._scaled = event.scaled

    def on_unscale(self, event: Unscale) -> None:
        self._scaled = False

    def on_step_end(self, event: StepEnd) -> None:
        self._scaled = False

    def on_clip(self, event: Clip) -> None:
        if self._scaled and event.gradients and event.limit < SCALED_LIMIT:
            self.report(
                "gradients are clipped while they are still multiplied by the loss scale: "
                "nearly every step is cut down to almost nothing",
                "call scaler.unscale_(optimizer) before clipping",
                limit=event.limit,
            )
