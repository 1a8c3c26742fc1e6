"""TLN204: does a classifier start where guessing is?"""

from __future__ import annotations

import math
from typing import Any

from torchlint.runtime.checks.bad_initial_loss import FACTOR, OFFSET
from torchlint.runtime.preflight.checks.base import PreflightCheck, Skip
from torchlint.runtime.preflight.report import Outcome
from torchlint.runtime.preflight.subject import Subject


class InitialLoss(PreflightCheck):
    """The first loss is finite, and no more than 1.5 ln(C) + 0.2 for a cross entropy, as in the guard.

    A low one is no mistake (a trained model), and other losses have no value to compare with.
    """

    name = "initial-loss"
    code = "TLN204"
    order = 30

    def run(self, subject: Subject) -> Outcome:
        kind = subject.kind
        if not math.isfinite(kind.value):
            return self.failed(
                f"the first loss is {kind.value}",
                "numbers that overflow, or a logarithm, root or division at 0",
                "torchlint.guard(model) names the module and the operation where it began",
                code="TLN503",
            )
        if kind.mean is None or kind.uniform is None:
            raise Skip(f"the loss is {kind.value:.4g}; only a cross entropy has a value to compare it with")
        evidence: dict[str, Any] = {"loss": kind.mean, "expected": kind.uniform, "classes": kind.classes}
        guessing = f"ln({kind.classes}) = {kind.uniform:.3g}, that of guessing"
        if kind.mean <= FACTOR * kind.uniform + OFFSET:
            return self.passed(f"not above {guessing}", **evidence)
        return self.failed(
            f"the first loss is {kind.mean:.3g}, far above {guessing}: the first outputs are confident and wrong",
            "weights of the last layer that are too large, inputs that were not normalised, or too many classes",
            "make the last layer's weights small (std 0.02) and its bias zero, and look at the scale of the inputs",
            **evidence,
        )
