"""TLN105: the loss was scaled, and the optimizer steps without the scaler."""

from __future__ import annotations

from typing import TYPE_CHECKING

from torchlint.runtime.checks.base import Check
from torchlint.runtime.events import BackwardStart, StepStart, Unscale

if TYPE_CHECKING:
    from torchlint.runtime.session import Session


class ScaledStepBypass(Check):
    """Gradients times the loss scale reach the weights."""

    code = "TLN105"

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._scaled = False

    def on_backward_start(self, event: BackwardStart) -> None:
        self._scaled = event.scaled

    def on_unscale(self, event: Unscale) -> None:
        self._scaled = False

    def on_step_start(self, event: StepStart) -> None:
        if self._scaled and not event.by_scaler and event.optimizer.gradients():
            self.report(
                f"the loss was scaled by a GradScaler, but {event.optimizer.label}.step() is called directly: "
                "it uses gradients that are thousands of times too large",
                "call scaler.step(optimizer) and then scaler.update()",
            )
