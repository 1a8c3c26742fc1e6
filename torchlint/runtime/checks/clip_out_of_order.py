"""TLN103: gradients are clipped when it has no effect on the step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from torchlint.runtime.checks.base import Check
from torchlint.runtime.events import Clip, StepEnd, StepStart
from torchlint.runtime.optimizers import TrackedOptimizer, ids
from torchlint.runtime.userline import user_line

if TYPE_CHECKING:
    from torchlint.runtime.session import Session

#: steps in a row with a clipping at the wrong time and none at the right one
STEPS = 3


@dataclass(slots=True)
class _Trace:
    clipped_in_time: bool = False
    clipped_too_early: bool = False
    line: str | None = None
    streak: int = 0


class ClipOutOfOrder(Check):
    """Clipping belongs between the last backward() and the step. Where nobody clips, nothing is followed."""

    code = "TLN103"

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._traces: dict[TrackedOptimizer, _Trace] = {}

    def forget(self, optimizer: TrackedOptimizer) -> None:
        self._traces.pop(optimizer, None)

    def on_clip(self, event: Clip) -> None:
        clipped = ids(event.gradients)
        for optimizer in self.session.optimizers.values():
            # without any gradient nobody can tell whose they were meant to be
            if not clipped or any(id(gradient) in clipped for gradient in optimizer.gradients()):
                trace = self._traces.setdefault(optimizer, _Trace())
                if self.session.backwards > optimizer.backwards:
                    trace.clipped_in_time = True
                else:
                    trace.clipped_too_early, trace.line = True, user_line()

    def on_step_start(self, event: StepStart) -> None:
        trace = self._traces.get(event.optimizer)
        if trace is None:
            return
        wrong = trace.clipped_too_early and not trace.clipped_in_time
        trace.streak = trace.streak + 1 if wrong else 0
        if trace.streak >= STEPS:
            self.report(
                "gradients are clipped after the step or before backward(): the step uses them unclipped",
                "clip between backward() and optimizer.step()",
                line=trace.line,
                steps=trace.streak,
            )

    def on_step_end(self, event: StepEnd) -> None:
        trace = self._traces.get(event.optimizer)
        if trace is not None:
            trace.clipped_in_time = trace.clipped_too_early = False
