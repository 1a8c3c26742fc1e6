"""TLN205: do prediction and target have the same shape?"""

from __future__ import annotations

from torchlint.runtime.preflight.checks.base import PreflightCheck
from torchlint.runtime.preflight.report import Outcome
from torchlint.runtime.preflight.subject import Subject


class LossBroadcast(PreflightCheck):
    """Two steps of a copy under the guard, which sees (N, 1) against (N)."""

    name = "loss-broadcast"
    code = "TLN205"
    order = 50

    def run(self, subject: Subject) -> Outcome:
        findings = subject.guarded(["TLN205"])
        if not findings:
            return self.passed("prediction and target don't broadcast against each other")
        finding = findings[0]
        return self.failed(
            finding.message,
            "a model that ends in one unit, and targets without that dimension",
            finding.help,
            **finding.evidence,
        )
