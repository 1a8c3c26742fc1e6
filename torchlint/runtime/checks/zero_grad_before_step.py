"""TLN102: backward() made gradients, and the step finds none."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import torch
from torch import nn

from torchlint.runtime.checks.base import Check
from torchlint.runtime.events import BackwardEnd, StepStart
from torchlint.runtime.norms import plain
from torchlint.runtime.optimizers import TrackedOptimizer, with_versions

if TYPE_CHECKING:
    from torchlint.runtime.session import Session

#: steps in a row that found nothing
STEPS = 2

#: gradients that were set to zero in place are looked for in this many steps: reading them makes a device wait
ZERO_STEPS = 10


@dataclass(slots=True)
class _Trace:
    #: parameter, its gradient and the gradient's version at the end of the last backward
    seen: list[tuple[nn.Parameter, torch.Tensor, int]] = field(default_factory=list)
    #: there was a backward since the last step, and it made gradients other than zero
    fresh: bool = False
    streak: int = 0


class ZeroGradBeforeStep(Check):
    """Looks at a few gradients of each optimizer after backward() and again before the step."""

    code = "TLN102"

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._traces: dict[TrackedOptimizer, _Trace] = {}

    def forget(self, optimizer: TrackedOptimizer) -> None:
        self._traces.pop(optimizer, None)

    def on_backward_end(self, event: BackwardEnd) -> None:
        for optimizer in self.session.optimizers.values():
            trace = self._traces.get(optimizer)
            if trace is None:
                trace = self._traces[optimizer] = _Trace()
            late = self.session.step >= ZERO_STEPS
            if not late or not trace.seen:
                trace.seen = with_versions([entry[0] for entry in trace.seen] or optimizer.probes())
            # later on only gradients that are gone count
            trace.fresh = any(
                parameter.grad is not None and (late or bool(plain(gradient).any()))
                for parameter, gradient, _ in trace.seen
            )

    def on_step_start(self, event: StepStart) -> None:
        trace = self._traces.get(event.optimizer)
        if trace is None or not trace.fresh or event.optimizer.closure:
            return
        trace.fresh = False
        gone = all(parameter.grad is None or self._emptied(parameter, *rest) for parameter, *rest in trace.seen)
        # clipping to a norm of infinity makes zeros too, of those that were finite
        gone = gone and not any(bool(plain(gradient).any()) for gradient in event.optimizer.gradients())
        trace.streak = trace.streak + 1 if gone else 0
        if trace.streak >= STEPS:
            self.report(
                f"the gradients are cleared between backward() and the step of {event.optimizer.label}: "
                "it has nothing to learn from",
                "call optimizer.zero_grad() before backward() or after step(), not between them",
                module=None if len(self.session.optimizers) == 1 else event.optimizer.label,
                steps_without_gradients=trace.streak,
            )

    def _emptied(self, parameter: nn.Parameter, gradient: torch.Tensor, version: int) -> bool:
        if self.session.step >= ZERO_STEPS:
            return False
        now = parameter.grad
        if now is not gradient or version == now._version:
            return False
        return not bool(plain(now).any())
