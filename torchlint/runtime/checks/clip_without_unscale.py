"""TLN104: gradients that a GradScaler has scaled are clipped as they are."""

from __future__ import annotations

from torchlint.runtime.checks.base import Check
from torchlint.runtime.events import Clip

#: a limit above this was scaled by hand
SCALED_LIMIT = 1000.0


class ClipWithoutUnscale(Check):
    """The limit is meant for gradients, and meets gradients times the loss scale (65536 at first)."""

    code = "TLN104"

    def on_clip(self, event: Clip) -> None:
        if self.session.scaling.gradients_scaled and event.gradients and event.limit < SCALED_LIMIT:
            self.report(
                "gradients are clipped while they are still multiplied by the loss scale: "
                "nearly every step is cut down to almost nothing",
                "call scaler.unscale_(optimizer) before clipping",
                limit=event.limit,
            )
