"""Does the user's own optimizer get anywhere?"""

from __future__ import annotations

import math
from typing import Any

import torch

from torchlint.runtime.preflight.batches import Batch
from torchlint.runtime.preflight.checks.base import PreflightCheck, Skip
from torchlint.runtime.preflight.copies import Trial
from torchlint.runtime.preflight.report import Outcome
from torchlint.runtime.preflight.subject import Subject
from torchlint.runtime.preflight.training import fit, without_dropout

STEPS = 100
#: What the loss has to fall by, of what Adam has gained on the same samples. A rate that is small on purpose still
#: moves: a tenth of the best one gives about 0.3.
SHARE = 0.01
#: and so much in between also counts, where the last step happened to be a bad one
JUMP = 0.1


class OptimizerLearns(PreflightCheck):
    """100 steps of a copy of the optimizer, with its settings of now, on the samples that Adam has learnt by heart."""

    name = "optimizer"
    order = 140

    def run(self, subject: Subject) -> Outcome:
        trial = subject.trial()
        if trial.optimizer is None:
            raise Skip("no optimizer was given")
        if isinstance(trial.optimizer, torch.optim.LBFGS):
            raise Skip("LBFGS steps with a closure")
        memory = subject.memory
        if not memory.learnt or memory.fit.first <= memory.fit.best:
            raise Skip("Adam has not learnt it either: see 'overfit-batch'")
        without_dropout(trial.model)
        subject.progress.training("the optimizer", STEPS)
        before = self._loss(subject, trial, memory.batch)
        own = fit(trial, memory.batch, 0.0, memory.fit.best, subject.progress.tick, STEPS, trial.optimizer)
        # with the same random numbers: a model that samples has another loss each time
        gained = before - self._loss(subject, trial, memory.batch)
        rates = [float(group["lr"]) for group in trial.optimizer.param_groups if "lr" in group]
        name = type(trial.optimizer).__name__
        evidence: dict[str, Any] = {
            "first_loss": own.first,
            "best_loss": own.best,
            "adam": memory.fit.best,
            "learning_rate": max(rates),
        }
        if own.diverged or not math.isfinite(own.best) or own.losses[-1] > 10 * abs(own.first) + 1:
            return self.warning(
                f"{name} diverges on one batch: the loss comes to {own.losses[-1]:.3g}",
                "a learning rate that is too high, or a warm-up that is not there yet",
                "torchlint.lr_range_test shows which rates work",
                **evidence,
            )
        by_adam = memory.fit.first - memory.fit.best
        if gained < SHARE * by_adam and own.first - own.best < JUMP * by_adam:
            return self.warning(
                f"{name} learns nothing in {STEPS} steps on one batch that Adam learns by heart",
                "a learning rate that is zero, too low, or so high that the loss only jumps; a schedule from zero",
                "torchlint.lr_range_test shows which rates work; leave it if a warm-up follows",
                **evidence,
            )
        return self.passed(f"{name} learns with the settings that it has", **evidence)

    @staticmethod
    def _loss(subject: Subject, trial: Trial, batch: Batch) -> float:
        subject.reseed()
        with torch.no_grad():
            return float(trial.loss(batch))
