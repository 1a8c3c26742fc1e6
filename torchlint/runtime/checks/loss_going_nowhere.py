"""TLN508: the loss has grown to several times what it was, or is still that of guessing."""

from __future__ import annotations

from itertools import islice
from statistics import fmean
from typing import TYPE_CHECKING

from torchlint.runtime.checks.base import Check
from torchlint.runtime.events import Graph, Measured, Sampled
from torchlint.runtime.losses import guessing

if TYPE_CHECKING:
    from torchlint.runtime.session import Session

#: The mean of the last losses against that of the first: not against a running median, above which healthy losses
#: spike by hundreds of times when they are near zero. Megatron's rerun machine asks for ten times the largest.
GROWN = 3.0
FIRST, LAST = 10, 20
#: A classifier that has learnt nothing stays near ln(C); the limits are ours. In 1,000 steps, healthy ones left it.
NEAR, NEAR_LOSSES, NEAR_STEPS = 0.01, 100, 1000


class LossGoingNowhere(Check):
    """Keeps the first losses, and compares the recorder's last ones with them in each sample."""

    code = "TLN508"
    severity = "warning"

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._first: list[float] = []
        #: the most backward passes that made one of the first steps, and those of the last one that was measured
        self._first_passes = self._passes = 0
        self._guessing: float | None = None

    def on_graph(self, event: Graph) -> None:
        if not self.session.backwards:
            known = guessing(event.graph, self.session.scaling.gradients_scaled)
            self._guessing = None if known is None else known[1]

    def on_measured(self, event: Measured) -> None:
        self._passes = self.session.backwards - event.optimizer.backwards
        if event.loss is not None and len(self._first) < FIRST:
            self._first.append(event.loss)
            self._first_passes = max(self._first_passes, self._passes)

    def on_sampled(self, event: Sampled) -> None:
        step = event.sample.step
        if len(self.session.optimizers) > 1 or len(self._first) < FIRST or step < FIRST + LAST:
            return
        records = islice(self.session.recorder.newest(), NEAR_LOSSES)
        losses = [record.loss for record in records if record.loss is not None]
        if self._passes >= self._first_passes:
            # a loss is divided by the passes that make a step, which a schedule may let shrink
            self._judge_growth(losses[:LAST])
        if step >= NEAR_STEPS and len(losses) == NEAR_LOSSES and self._guessing is not None:
            self._judge_standstill(fmean(losses), self._guessing, step)

    def _judge_growth(self, last: list[float]) -> None:
        first = fmean(self._first)
        if len(last) == LAST and min(self._first) > 0 and min(last) > max(self._first) and fmean(last) > GROWN * first:
            self.report(
                f"the loss diverges: its mean is {fmean(last):.3g} in the last {LAST} steps, and was {first:.3g} in "
                f"the first {FIRST}",
                "lower the learning rate (torchlint.lr_range_test looks for a good one), clip gradients, and look at "
                "the sign of each part of the loss",
                history=True,
                first=first,
                last=fmean(last),
            )

    def _judge_standstill(self, mean: float, expected: float, step: int) -> None:
        if abs(mean / expected - 1) < NEAR:
            self.report(
                f"after {step} steps the loss is {mean:.4g}, and guessing costs {expected:.4g}: nothing was learnt",
                "try to learn a single batch by heart (torchlint.preflight does); look at whether inputs and labels "
                "belong together, at the learning rate, and at what the optimizer holds",
                history=True,
                loss=mean,
                guessing=expected,
            )
