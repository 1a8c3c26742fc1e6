"""A guarded run as a row in the record of experiments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from torchlint.runtime.findings import RuntimeFinding
from torchlint.runtime.observers import Observer, Run
from torchlint.runtime.recorder import StepRecord
from torchlint.runtime.report.record import Record


class ExperimentRow(Observer):
    """Notes what a row needs, and adds it at the end of the run; of several ranks, the first one does."""

    def __init__(self, record: Record) -> None:
        self._record = record

    def __str__(self) -> str:
        return f"the row in {self._record.file}"

    def start(self, run: Run) -> None:
        self._record.check()
        self._is_first = not run.rank
        self._setup: list[str] = []
        #: of each optimizer
        self._last: dict[str, StepRecord] = {}
        self._rates: dict[str, float] = {}
        self._findings: list[RuntimeFinding] = []

    def models(self, models: Mapping[str, int]) -> None:
        self._setup += [f"{name} ({count:,})" for name, count in models.items()]

    def steps(self, records: Sequence[StepRecord]) -> None:
        for record in records:
            self._last[record.optimizer] = record
            if record.learning_rate is not None:
                # the first one: a schedule lowers it
                self._rates.setdefault(record.optimizer, record.learning_rate)

    def finding(self, finding: RuntimeFinding) -> None:
        self._findings.append(finding)

    def end(self, steps: int, error: str | None) -> None:
        if not self._is_first:
            return
        told = [f"{one.code} at step {one.step}: {one.message}" for one in self._findings]
        if error is not None and error != "GuardError":
            told.append(f"ended by {error}")
        losses = [f"{record.loss:.4g}" for record in self._last.values() if record.loss is not None]
        known = {
            "context": "training",
            "setup": ", ".join(self._setup),
            "skill": f"loss {', '.join(losses)}" if losses else "",
        }
        if not self._record.parameter and not self._record.values:
            known["parameter"] = "optimizer, learning rate, steps"
            optimizers = [f"{name}, {self._rates[name]:g}" if name in self._rates else name for name in self._last]
            known["values"] = ", ".join([*optimizers, str(steps)])
        self._record.add(status=self._status(error), finding="; ".join(told), known=known)

    def _status(self, error: str | None) -> str:
        if error == "KeyboardInterrupt":
            return "interrupted"
        if error is not None or any(finding.severity == "error" for finding in self._findings):
            return "failed"
        return "warning" if self._findings else "passed"
