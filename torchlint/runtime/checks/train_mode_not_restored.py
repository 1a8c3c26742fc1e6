"""TLN302: the weights are trained while the model is in eval mode."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from torchlint.runtime.checks.base import Check
from torchlint.runtime.events import Forward, StepStart
from torchlint.runtime.models import Root
from torchlint.runtime.optimizers import TrackedOptimizer, ids

if TYPE_CHECKING:
    from torchlint.runtime.session import Session

#: steps in a row
STEPS = 5


@dataclass(slots=True)
class _Trace:
    trained: bool = False
    evaluated: bool = False
    streak: int = 0


class TrainModeNotRestored(Check):
    """All forward passes of five steps in a row had Dropout or BatchNorm switched to evaluation by the model's own bit.

    Single layers that are frozen in eval mode, under a model in train mode, are meant.
    """

    code = "TLN302"
    severity = "warning"

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._traces: dict[int, _Trace] = {}
        self._held: dict[tuple[int, int], bool] = {}

    def on_forward(self, event: Forward) -> None:
        if event.grad_enabled:
            trace = self._traces.get(id(event.root)) or self._trace(event.root)
            trace.trained |= event.training
            trace.evaluated |= not event.training

    def on_step_start(self, event: StepStart) -> None:
        for root in self.session.roots:
            trace = self._traces.get(id(root)) or self._trace(root)
            if not self._holds(event.optimizer, root):
                continue
            # without a forward seen (a compiled inner model), the mode bit of now is the best there is
            seen = trace.trained or trace.evaluated
            wrong = not trace.trained if seen else not root.module.training
            trace.streak = trace.streak + 1 if wrong else 0
            trace.trained = trace.evaluated = False
            if trace.streak == STEPS:
                self._judge(root)

    def _trace(self, root: Root) -> _Trace:
        return self._traces.setdefault(id(root), _Trace())

    def _holds(self, optimizer: TrackedOptimizer, root: Root) -> bool:
        key = (id(optimizer), id(root))
        if key not in self._held:
            held = ids(optimizer.parameters)
            self._held[key] = any(id(parameter) in held for parameter in root.inner.parameters())
        return self._held[key]

    def _judge(self, root: Root) -> None:
        asleep = [path for path, module in root.mode_sensitive() if not module.training]
        if asleep:
            self.report(
                f"the model has been in eval mode for {STEPS} training steps: its Dropout is off, and its BatchNorm "
                "uses old statistics",
                "call model.train() before training goes on, also after each evaluation",
                module=root.label or None,
                layers=", ".join(asleep[:3]) + (" ..." if len(asleep) > 3 else ""),
            )
