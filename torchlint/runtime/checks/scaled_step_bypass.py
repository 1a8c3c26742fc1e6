"""TLN105: the loss was scaled, and the optimizer steps without the scaler."""

from __future__ import annotations

from torchlint.runtime.checks.base import Check
from torchlint.runtime.events import StepStart


class ScaledStepBypass(Check):
    """Gradients times the loss scale reach the weights."""

    code = "TLN105"

    def on_step_start(self, event: StepStart) -> None:
        if self.session.scaling.gradients_scaled and not event.by_scaler and event.optimizer.gradients():
            self.report(
                f"the loss was scaled by a GradScaler, but {event.optimizer.label}.step() is called directly: "
                "it uses gradients that are thousands of times too large",
                "call scaler.step(optimizer) and then scaler.update()",
            )
