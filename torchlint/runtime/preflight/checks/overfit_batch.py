"""Can the model learn one batch by heart?"""

from __future__ import annotations

from typing import Any

from torchlint.runtime.preflight.checks.base import PreflightCheck, Skip
from torchlint.runtime.preflight.report import Outcome
from torchlint.runtime.preflight.subject import FALLEN, LEARNT, Memory, Subject


class OverfitBatch(PreflightCheck):
    """Adam on up to 16 samples, without dropout, for up to 200 steps at each of three learning rates.

    Where the loss is a cross entropy of hard labels or a regression, it has to come to half of what the best constant
    answer costs; other losses, whose lowest value is not known, have to fall by a tenth. "overfit a single batch" is
    the advice of Karpathy's recipe.
    """

    name = "overfit-batch"
    order = 110

    def run(self, subject: Subject) -> Outcome:
        memory = subject.memory
        if memory.learnt:
            return self.passed("one batch can be learnt by heart", **evidence_of(memory))
        if memory.fit.cut:
            raise Skip(f"the budget of time was used up after {len(memory.fit.losses)} steps")
        return self.failed(
            f"one batch can't be learnt by heart: the loss should fall {goal_of(memory)}",
            "inputs that don't reach the output, samples that are mixed, a loss that does not fit the output, or a "
            "model that is too small",
            "look at the checks above that failed; else shrink the batch until it works",
            **evidence_of(memory),
        )


def evidence_of(memory: Memory) -> dict[str, Any]:
    fit = memory.fit
    return {
        "first_loss": fit.first,
        "best_loss": fit.best,
        **({} if memory.reference is None else {"guessing": memory.reference}),
        "steps": len(fit.losses) - 1,
        "samples": memory.batch.size,
        "learning_rate": fit.rate,
    }


def goal_of(memory: Memory) -> str:
    if memory.reference is None:
        return f"by {FALLEN:.0%} at least"
    return f"below {LEARNT * memory.reference:.3g}, half of what guessing costs"
