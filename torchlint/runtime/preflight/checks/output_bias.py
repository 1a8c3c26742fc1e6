"""Does the first answer know how frequent the classes are?"""

from __future__ import annotations

import math
from typing import Any

from torchlint.runtime.preflight.checks.base import PreflightCheck, Skip
from torchlint.runtime.preflight.report import Outcome
from torchlint.runtime.preflight.subject import Subject

#: labels for each class that a batch must have to tell anything about frequencies
LABELS = 16
#: The entropy of the labels against ln(C), below which the classes are so unequal that the first steps learn nothing
#: but that: one in ten of two classes gives 0.47, one in five 0.72. (Karpathy's recipe: "init well".)
UNEQUAL = 0.5
#: the share of the way from ln(C) to the entropy that a first loss must have gone to count as knowing it
KNOWN = 0.5


class OutputBias(PreflightCheck):
    """With unequal classes, a first loss of ln(C) is one that the bias of the last layer could save."""

    name = "output-bias"
    order = 95

    def run(self, subject: Subject) -> Outcome:
        kind = subject.kind
        if kind.uniform is None or kind.mean is None or kind.classes is None or not math.isfinite(kind.value):
            raise Skip("the loss is no cross entropy of labels")
        if kind.count < LABELS * kind.classes:
            raise Skip(f"{kind.count} labels are too few to tell how frequent {kind.classes} classes are")
        entropy = -sum(share * math.log(share) for share in kind.shares if share)
        evidence: dict[str, Any] = {"entropy_of_labels": entropy, "uniform": kind.uniform, "first_loss": kind.mean}
        if entropy == 0.0:
            raise Skip("all labels of the batch are the same: see 'labels'")
        if entropy >= UNEQUAL * kind.uniform:
            return self.passed("the classes of the batch are about as frequent as each other", **evidence)
        if kind.mean <= kind.uniform - KNOWN * (kind.uniform - entropy):
            return self.passed("the first answers know how frequent the classes are", **evidence)
        rarest = min(share for share in kind.shares if share)
        return self.warning(
            f"the classes are unequal (the rarest is {rarest:.1%} of the labels), and the first answers don't know "
            "it: the first steps will learn nothing else",
            "a last layer that starts with a bias of zero",
            "set the bias to the logarithm of the frequencies: head.bias.data = shares.log(), or log(p / (1 - p)) for "
            "one output",
            **evidence,
        )
