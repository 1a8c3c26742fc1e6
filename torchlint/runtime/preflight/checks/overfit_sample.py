"""Can the model learn a single sample by heart?"""

from __future__ import annotations

from torchlint.runtime.preflight.checks.base import PreflightCheck, Skip
from torchlint.runtime.preflight.checks.overfit_batch import evidence_of, goal_of
from torchlint.runtime.preflight.copies import brief
from torchlint.runtime.preflight.report import Outcome
from torchlint.runtime.preflight.subject import Subject


class OverfitSample(PreflightCheck):
    """Adam on one sample, without dropout and with BatchNorm's statistics fixed, as in `overfit-batch`."""

    name = "overfit-sample"
    order = 100

    def run(self, subject: Subject) -> Outcome:
        subject.with_graph()
        one = subject.batch.take(1)
        try:
            memory = subject.memorise(one, subject.reference(one, fixed_statistics=True), "one sample", True)
        except Exception as error:
            raise Skip(f"the model takes no batch of one sample: {brief(error)}") from None
        if memory.learnt:
            return self.passed("one sample can be learnt by heart", **evidence_of(memory))
        return self.failed(
            f"one sample can't be learnt by heart: the loss should fall {goal_of(memory)}",
            "a loss that does not fit the model's output, gradients that are cut, an activation at the end that can't "
            "reach the target, or weights that don't move",
            "look at the checks above that failed; else follow one sample by hand from input to loss",
            **evidence_of(memory),
        )
