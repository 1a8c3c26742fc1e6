"""TLN111: a schedule counts epochs and is stepped for each batch, or the other way round."""

from __future__ import annotations

import weakref
from typing import TYPE_CHECKING

from torch.optim.lr_scheduler import CosineAnnealingLR, LRScheduler, OneCycleLR

from torchlint.runtime.checks.base import Check
from torchlint.runtime.events import Sampled
from torchlint.runtime.optimizers import TrackedOptimizer

if TYPE_CHECKING:
    from torchlint.runtime.session import Session

# The limits are ours; no peer looks at schedules.
#: a cosine may be stepped past its end by this share, and by one step
BEYOND = 0.05
#: a learning rate below this share of its peak is gone
GONE = 1e-4
#: steps that it must be gone for, and the share of all steps: a schedule that ends there is over soon after
GONE_STEPS, GONE_SHARE = 200, 0.5
#: steps of the optimizer for one of OneCycleLR, whose documentation asks for one
SELDOM = 10
#: a OneCycleLR that is planned for fewer of these rounds is meant to be stepped in each
ROUNDS = 10


class SchedulerOutOfStep(Check):
    """Looks at learning rates and schedulers in each sample."""

    code = "TLN111"
    severity = "warning"

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._peaks: dict[TrackedOptimizer, float] = {}
        #: the step at which the learning rate was first seen gone
        self._gone: dict[TrackedOptimizer, int] = {}
        #: steps of scheduler and optimizer when the scheduler was first looked at
        self._starts: weakref.WeakKeyDictionary[LRScheduler, tuple[int, int]] = weakref.WeakKeyDictionary()

    def forget(self, optimizer: TrackedOptimizer) -> None:
        self._peaks.pop(optimizer, None)
        self._gone.pop(optimizer, None)

    def on_sampled(self, event: Sampled) -> None:
        optimizer = event.optimizer
        for scheduler in list(self.session.schedulers):
            if scheduler.optimizer is optimizer.reference():
                if type(scheduler) is CosineAnnealingLR:
                    self._judge_cosine(scheduler)
                elif isinstance(scheduler, OneCycleLR):
                    self._judge_cycle(scheduler, optimizer)
        if event.sample.learning_rate is not None:
            self._judge_rate(optimizer, event.sample.learning_rate, event.sample.step)

    def _judge_cosine(self, scheduler: CosineAnnealingLR) -> None:
        planned = scheduler.T_max
        if scheduler.last_epoch > planned * (1 + BEYOND) + 1:
            self.report(
                f"CosineAnnealingLR is planned for {planned} steps and was stepped {scheduler.last_epoch} times: "
                "the learning rate rises again",
                "step it once for each epoch if T_max counts epochs, or give T_max in batches: epochs * len(loader)",
                planned=planned,
                stepped=scheduler.last_epoch,
            )

    def _judge_cycle(self, scheduler: OneCycleLR, optimizer: TrackedOptimizer) -> None:
        planned = scheduler.total_steps or 0
        now = (scheduler.last_epoch, optimizer.steps)
        start = self._starts.setdefault(scheduler, now)
        scheduled, steps = now[0] - start[0], now[1] - start[1]
        each = steps / scheduled if scheduled >= 2 else 0
        if each >= SELDOM and planned >= ROUNDS * each:
            self.report(
                f"OneCycleLR is planned for {planned} steps and is stepped once for {each:.0f} steps "
                "of the optimizer: its warm-up lasts for the whole training",
                "step it after each batch",
                planned=planned,
                optimizer_steps=steps,
                scheduler_steps=scheduled,
            )

    def _judge_rate(self, optimizer: TrackedOptimizer, rate: float, step: int) -> None:
        peak = self._peaks[optimizer] = max(rate, self._peaks.get(optimizer, 0.0))
        if rate >= GONE * peak:
            self._gone.pop(optimizer, None)
            return
        since = self._gone.setdefault(optimizer, step)
        if step - since >= max(GONE_STEPS, GONE_SHARE * step):
            self.report(
                f"the learning rate of {optimizer.label} has been {rate:.1g} and less than a ten-thousandth of its "
                f"peak for {step - since} of {step} steps: next to nothing is learnt",
                "look at the schedule: does it count epochs and is stepped for each batch?",
                learning_rate=rate,
                peak=peak,
            )
