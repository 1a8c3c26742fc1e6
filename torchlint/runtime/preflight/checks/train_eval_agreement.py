"""Does what was learnt in train mode hold in eval mode?"""

from __future__ import annotations

import math
from typing import Any

import torch

from torchlint.runtime.models import is_mode_sensitive
from torchlint.runtime.preflight.checks.base import PreflightCheck, Skip
from torchlint.runtime.preflight.report import Outcome
from torchlint.runtime.preflight.subject import Subject

#: Forward passes that bring running statistics up to date: 0.9 ** 50 is half a percent, at BatchNorm's own momentum.
PASSES = 50
#: The share of what the training has gained that eval mode may lose. TheDeepChecker (Ben Braiek and Khomh, TOSEM'23)
#: allows half the loss; networks that are right lose below 5 % here.
LOST = 0.5


class TrainEvalAgreement(PreflightCheck):
    """The copy that has learnt a few samples by heart, without dropout, knows them in eval mode too."""

    name = "train-eval-agreement"
    order = 130

    def run(self, subject: Subject) -> Outcome:
        memory = subject.memory
        trial, batch = memory.trial, memory.batch
        if memory.fit.diverged:
            raise Skip("the training on one batch diverged: see 'overfit-batch'")
        with torch.no_grad():
            trial.model.train()
            for _ in range(PASSES):
                trial.output(batch)
            subject.reseed()
            train = float(trial.loss(batch))
            trial.model.eval()
            subject.reseed()
            evaluated = float(trial.loss(batch))
        gained = memory.fit.first - train
        evidence: dict[str, Any] = {"at_first": memory.fit.first, "train_mode": train, "eval_mode": evaluated}
        if gained <= 0:
            raise Skip("nothing was learnt that eval mode could lose: see 'overfit-batch'")
        if math.isfinite(evaluated) and evaluated - train <= LOST * gained:
            return self.passed("what was learnt in train mode holds in eval mode", **evidence)
        layers = {type(module).__name__ for module in trial.model.modules() if is_mode_sensitive(module)}
        return self.failed(
            "the same samples have another loss in eval mode: "
            + (
                f"of {gained:.3g} gained, {evaluated - train:.3g} is lost"
                if math.isfinite(evaluated)
                else f"{evaluated}"
            ),
            "running statistics that don't follow the batches' (momentum, tiny batches, a BatchNorm that several "
            "kinds of input share), a dropout by hand without scaling, or a branch on self.training that is wrong",
            "compare the outputs of both modes layer by layer"
            + (f"; the layers that know a mode: {', '.join(sorted(layers))}" if layers else ""),
            **evidence,
        )
