"""TLN101: gradients are still there, untouched, when the next backward adds to them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import torch
from torch import nn

from torchlint.runtime.checks.base import Check
from torchlint.runtime.events import BackwardEnd, BackwardStart, StepEnd, StepStart
from torchlint.runtime.norms import plain
from torchlint.runtime.optimizers import TrackedOptimizer, version, with_versions

if TYPE_CHECKING:
    from torchlint.runtime.session import Session

#: steps in a row without clearing
STEPS = 3


@dataclass(slots=True)
class _Trace:
    """The gradients of a few parameters since the last step of their optimizer."""

    #: parameter, its gradient and the gradient's version when last seen
    seen: list[tuple[nn.Parameter, torch.Tensor, int]] = field(default_factory=list)
    cleared: bool = True
    added: bool = False
    streak: int = 0

    def look(self) -> None:
        """Were the gradients cleared since last seen? A new tensor, None, or any change in place counts as clearing."""
        if not self.cleared:
            self.cleared = any(
                parameter.grad is not gradient or version(gradient) != seen for parameter, gradient, seen in self.seen
            )
        # `p.grad.data.zero_()` leaves no version behind: read the numbers, but only where there is a suspicion
        if not self.cleared and self.streak:
            self.cleared = not any(bool(plain(gradient).any()) for _, gradient, _ in self.seen)

    def remember(self) -> None:
        self.seen = with_versions([parameter for parameter, _, _ in self.seen])


class MissingZeroGrad(Check):
    """Compares a few small gradients of each optimizer, by identity and version, between two of its steps."""

    code = "TLN101"

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._traces: dict[TrackedOptimizer, _Trace] = {}

    def forget(self, optimizer: TrackedOptimizer) -> None:
        self._traces.pop(optimizer, None)

    def on_backward_start(self, event: BackwardStart) -> None:
        for trace in self._traces.values():
            trace.look()

    def on_backward_end(self, event: BackwardEnd) -> None:
        for trace in self._traces.values():
            if not trace.cleared:
                trace.added = trace.added or any(version(grad) != seen for _, grad, seen in trace.seen)
                trace.remember()

    def on_step_start(self, event: StepStart) -> None:
        if not event.optimizer.closure:
            self._judge(event.optimizer)

    def on_step_end(self, event: StepEnd) -> None:
        if event.optimizer.closure:
            self._judge(event.optimizer)
        trace = self._traces.get(event.optimizer)
        if trace is None:
            trace = self._traces[event.optimizer] = _Trace()
        seen = with_versions([parameter for parameter, _, _ in trace.seen])
        if not seen or len(seen) < len(trace.seen):
            seen = with_versions(event.optimizer.probes())
        trace.seen = seen
        trace.cleared = not trace.seen
        trace.added = False

    def _judge(self, optimizer: TrackedOptimizer) -> None:
        trace = self._traces.get(optimizer)
        if trace is None:
            return
        kept = not trace.cleared and trace.added and all(probe.grad is gradient for probe, gradient, _ in trace.seen)
        trace.streak = trace.streak + 1 if kept else 0
        if trace.streak >= STEPS:
            self.report(
                f"the gradients of {optimizer.label} are never cleared between its steps: "
                "each step uses the sum of all gradients since the start",
                "call optimizer.zero_grad() in every round, before backward() or after step()",
                module=None if len(self.session.optimizers) == 1 else optimizer.label,
                steps_without_clearing=trace.streak,
                parameters_watched=", ".join(filter(None, (self.session.name(entry[0]) for entry in trace.seen))),
            )
