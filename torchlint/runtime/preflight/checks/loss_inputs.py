"""TLN201, TLN202, TLN203, TLN206: does the loss get what it expects?"""

from __future__ import annotations

from torchlint.runtime.preflight.checks.base import PreflightCheck
from torchlint.runtime.preflight.report import Outcome
from torchlint.runtime.preflight.subject import Subject


class LossInputs(PreflightCheck):
    """Two steps of a copy under the guard, whose checks read the loss's autograd graph."""

    name = "loss-inputs"
    order = 40

    def run(self, subject: Subject) -> Outcome:
        findings = subject.guarded(["TLN201", "TLN202", "TLN203", "TLN206"])
        if not findings:
            return self.passed("no softmax or sigmoid before a loss that has its own, no probabilities without log")
        finding = findings[0]
        return self.failed(
            finding.message,
            "an activation at the end of the model that belongs to inference",
            finding.help,
            code=finding.code,
            **finding.evidence,
        )
