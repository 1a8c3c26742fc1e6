"""What the checks of a preflight are about: copies of a model with its loss and optimizer, and a batch."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import torch

from torchlint.runtime.findings import RuntimeFinding
from torchlint.runtime.preflight.batches import Batch, as_batch
from torchlint.runtime.preflight.checks.base import Skip
from torchlint.runtime.preflight.copies import Copies, LossFails, Trial, seed_all
from torchlint.runtime.preflight.kinds import LossKind, loss_kind
from torchlint.runtime.preflight.progress import Progress
from torchlint.runtime.preflight.training import RATES, STEPS, Fit, fit, fix_statistics, without_dropout

#: Samples that are learnt by heart. TheDeepChecker (Ben Braiek and Khomh, TOSEM'23) takes as many.
MEMORISED = 16
#: A training that has come to this share of the loss of guessing has learnt its samples by heart. TheDeepChecker asks
#: for an error of 5 %; softmax before cross entropy stays above 60 % for 10 classes, an ignored input at 100 %.
LEARNT = 0.5
#: and it goes on to this share, so that later questions meet a model that knows something
GOAL = 0.1
#: a loss whose floor is not known has to fall by this share at least
FALLEN = 0.1


@dataclass(frozen=True, slots=True)
class Memory:
    """A copy that was trained on a few samples, and how that went."""

    trial: Trial
    batch: Batch
    fit: Fit
    #: the loss of guessing, where it is known
    reference: float | None

    @property
    def learnt(self) -> bool:
        if self.reference is not None:
            return self.fit.best <= LEARNT * self.reference
        return self.fit.first - self.fit.best >= FALLEN * abs(self.fit.first)


class Subject:
    """Hands out copies, and remembers what several checks want to know."""

    def __init__(self, copies: Copies, batch: Any, progress: Progress) -> None:
        self.copies = copies
        self.progress = progress
        first = copies.trial()
        self.batch: Batch = as_batch(batch, first.model).mapped(lambda tensor: tensor.detach().to(copies.device))
        try:
            first.checked_loss(self.batch)
        except LossFails:
            # a check tells what is wrong with them
            if self.label_problem is None:
                raise

    def trial(self) -> Trial:
        return self.copies.trial()

    def reseed(self, offset: int = 0) -> None:
        seed_all(self.copies.seed + offset)

    # ------------------------------------------------------------------ the loss

    @cached_property
    def kind(self) -> LossKind:
        """Of the whole batch, in train mode, before anything is learnt."""
        return self.kind_of(self.batch)

    def kind_of(self, batch: Batch) -> LossKind:
        return loss_kind(self.trial().loss(batch))

    def with_graph(self) -> Trial:
        """A copy whose loss is a finite number with a graph; skips the check where it isn't."""
        trial = self.trial()
        loss = trial.loss(self.batch)
        if not loss.requires_grad:
            raise Skip("the loss depends on no parameter that could learn: see 'gradients'")
        if not math.isfinite(float(loss.detach())):
            raise Skip(f"the loss is {float(loss.detach())}: see 'initial-loss'")
        return self.trial()

    @cached_property
    def label_problem(self) -> tuple[int, list[int]] | None:
        """The number of classes of the cross entropy, and labels that are none of them.

        The loss is computed with labels of zero first: on a GPU one that is out of range ends the process.
        """
        integers = [label for label in self.batch.labels if not label.is_floating_point() and label.dtype != torch.bool]
        if not integers:
            return None
        own = {id(label) for label in integers}
        trial = self.trial()
        try:
            zeroed = self.batch.mapped(lambda tensor: torch.zeros_like(tensor) if id(tensor) in own else tensor)
            classes = loss_kind(trial.loss(zeroed)).classes
        except Exception:
            return None
        if classes is None:
            return None
        ignored = getattr(trial.loss_fn, "ignore_index", -100)
        values = torch.cat([label.flatten() for label in integers]).unique().tolist()
        strange = [value for value in values if not 0 <= value < classes and value != ignored]
        return (classes, strange) if strange else None

    # -------------------------------------------------------------- short trainings

    @cached_property
    def few(self) -> Batch:
        """Some of the batch's samples; all of them, where the model takes no fewer."""
        few = self.batch.take(MEMORISED)
        if few is not self.batch:
            try:
                self.trial().loss(few)
            except Exception:
                return self.batch
        return few

    @cached_property
    def memory(self) -> Memory:
        """A copy that was trained on a few samples, with the first learning rate that works."""
        self.with_graph()
        return self.memorise(self.few, self.reference(self.few), "one batch")

    def reference(self, batch: Batch, fixed_statistics: bool = False) -> float | None:
        """What guessing costs on these samples; None where the loss can't be told to reach zero."""
        trial = self.trial()
        if fixed_statistics:
            fix_statistics(trial.model)
        kind = loss_kind(trial.loss(batch))
        # where all labels are the same, guessing costs nothing: compare with not knowing that
        return kind.guess if kind.guess is None or kind.guess > 1e-6 * abs(kind.value) else self._scale(kind)

    @staticmethod
    def _scale(kind: LossKind) -> float | None:
        if kind.uniform is not None and kind.mean:
            return kind.uniform * kind.value / kind.mean
        return kind.value

    def memorise(self, batch: Batch, reference: float | None, what: str, fixed_statistics: bool = False) -> Memory:
        goal = -math.inf if reference is None else GOAL * reference
        memories: list[Memory] = []
        for rate in RATES:
            trial = self.trial()
            without_dropout(trial.model)
            if fixed_statistics:
                fix_statistics(trial.model)
            self.progress.training(what, STEPS)
            memories.append(Memory(trial, batch, fit(trial, batch, rate, goal, self.progress.tick), reference))
            if memories[-1].learnt or memories[-1].fit.cut:
                break
        return min(memories, key=lambda memory: memory.fit.best)

    # ------------------------------------------------------------------- the guard

    def guarded(self, codes: Sequence[str], rounds: int = 2) -> list[RuntimeFinding]:
        """What the guard says about a few steps of a copy."""
        from torchlint.runtime.guard import Guard

        trial = self.with_graph()
        parameters = trial.held_parameters()
        if not parameters:
            raise Skip("no parameter could learn: see 'gradients'")
        optimizer = torch.optim.SGD(parameters, 1e-6)
        with Guard(trial.model, action="record", select=codes) as guard:
            for _ in range(rounds):
                optimizer.zero_grad()
                trial.loss(self.batch).backward(inputs=parameters)
                optimizer.step()
        return guard.findings
