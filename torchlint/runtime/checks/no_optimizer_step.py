"""TLN109: gradients are computed and cleared, and nothing steps."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from torchlint.runtime.checks.base import Check
from torchlint.runtime.events import BackwardEnd, BackwardStart, Close, Graph, StepStart
from torchlint.runtime.models import Root
from torchlint.runtime.optimizers import ids, living_optimizers

if TYPE_CHECKING:
    from torchlint.runtime.session import Session

#: gradients that were made and thrown away in a row: before any step, and after there were some
THROWN_AWAY, THROWN_AWAY_LATER = 5, 20
#: steps of one optimizer after which every other one should have stepped as well
OTHERS_STEPPED = 20
#: backward passes of a whole run without a step
WHOLE_RUN = 5
#: parameters whose versions are watched, for updates by hand
WATCHED = 8


class NoOptimizerStep(Check):
    """Weights that are updated by hand change their version, and steps that a GradScaler skips count as steps."""

    code = "TLN109"
    severity = "warning"

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._watched: list[tuple[torch.Tensor, int]] = []
        self._last: torch.Tensor | None = None
        self._backwards = 0
        self._thrown_away = 0
        self._stepped = False

    def on_step_start(self, event: StepStart) -> None:
        self._stepped, self._thrown_away = True, 0
        if self.session.step == OTHERS_STEPPED and event.optimizer.steps == OTHERS_STEPPED:
            for root in self.session.roots:
                self._judge_alone(root)

    def _judge_alone(self, root: Root) -> None:
        """One of several models, with an optimizer that has not stepped once while the others have."""
        own = ids(parameter for parameter in root.inner.parameters() if parameter.grad is not None)
        if not own or any(own & ids(optimizer.parameters) for optimizer in self.session.optimizers.values()):
            return
        for optimizer in living_optimizers():
            if own & ids(parameter for group in optimizer.param_groups for parameter in group["params"]):
                self.report(
                    f"{type(optimizer).__name__} holds the parameters of {root.path('')}, which get gradients, "
                    f"but it has not stepped in {OTHERS_STEPPED} rounds",
                    "call the step() of each optimizer",
                    module=root.path(""),
                )
                return

    def on_graph(self, event: Graph) -> None:
        if not self._watched:
            named = [tensor for tensor in event.graph.parameters if self.session.name(tensor) is not None]
            self._watched = [(tensor, tensor._version) for tensor in named[:WATCHED]]

    def on_backward_start(self, event: BackwardStart) -> None:
        if event.in_closure or self.session.scaling.steps or self._updated_by_hand():
            self.done()
            return
        if self._watched and self._last is not None and self._watched[0][0].grad is not self._last:
            self._thrown_away += 1
            if self._thrown_away >= (THROWN_AWAY_LATER if self._stepped else THROWN_AWAY):
                self._tell()

    def on_backward_end(self, event: BackwardEnd) -> None:
        self._backwards += 1
        self._last = self._watched[0][0].grad if self._watched else None

    def _updated_by_hand(self) -> bool:
        return not self._stepped and any(tensor._version != version for tensor, version in self._watched)

    def on_close(self, event: Close) -> None:
        if not event.failed and self._watched and not self._stepped and self._backwards >= WHOLE_RUN:
            if not self._updated_by_hand():
                self._tell()

    def _tell(self) -> None:
        self.report(
            "backward() runs, but no optimizer steps any more: the weights stay as they are"
            if self._stepped
            else "backward() runs, but no optimizer ever steps: the weights stay as they are",
            "call optimizer.step() after backward(), with the parentheses",
            backward_passes=self._backwards,
        )
        self.done()
