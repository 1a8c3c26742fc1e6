"""What can be read of a log: all of it, or what a run that died, a full disk or a foreign hand has left."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from torchlint.runtime.merging import span
from torchlint.runtime.recorder import StepRecord
from torchlint.runtime.report.log import SCHEMA, VERSION


class NotAReport(ValueError):
    """The file holds nothing of a run."""


@dataclass(slots=True)
class RunReport:
    """A run as its log tells it."""

    head: dict[str, Any] = field(default_factory=dict)
    #: numbers of parameters by name; None where it is not told
    models: dict[str, int | None] = field(default_factory=dict)
    #: what it costs to guess, by the name of the loss
    guessing: dict[str, float] = field(default_factory=dict)
    steps: list[StepRecord] = field(default_factory=list)
    #: by step, then by path of the layer, then by the name of the number
    layers: dict[int, dict[str, dict[str, float]]] = field(default_factory=dict)
    findings: list[dict[str, Any]] = field(default_factory=list)
    end: dict[str, Any] | None = None
    #: what a reader should know about the log itself
    notes: list[str] = field(default_factory=list)
    #: the logs of several ranks, where this is all of them together; steps and layers are then those of the first
    ranks: dict[int, RunReport] = field(default_factory=dict)

    @property
    def errors(self) -> int:
        return sum(finding["severity"] == "error" for finding in self.findings)

    @property
    def warnings(self) -> int:
        return len(self.findings) - self.errors

    @property
    def verdict(self) -> str:
        if not self.findings:
            return "no silent bugs found"
        parts = [(self.errors, "error"), (self.warnings, "warning")]
        return ", ".join(f"{count} {word}{'s' * (count != 1)}" for count, word in parts if count)

    @property
    def step_count(self) -> int:
        """How many steps were finished, as far as the log tells."""
        told = whole((self.end or {}).get("steps"))
        return told if told is not None else max((record.step + 1 for record in self.steps), default=0)

    @property
    def ending(self) -> str:
        """How it ended: nothing where that is not known."""
        error = (self.end or {}).get("error")
        return f"by {error}" if error else "as it should" if self.end else ""

    @property
    def logs(self) -> Mapping[int | None, RunReport]:
        """That of each rank, or of None, where there is one for all."""
        return dict(self.ranks.items()) or {None: self}

    @property
    def series(self) -> dict[tuple[str, int | None], list[StepRecord]]:
        """The steps of each optimizer of each rank."""
        series: dict[tuple[str, int | None], list[StepRecord]] = {}
        for rank, log in self.logs.items():
            for record in log.steps:
                series.setdefault((record.optimizer, rank), []).append(record)
        return series

    def told_by(self, finding: Mapping[str, Any]) -> RunReport:
        """The log in which a finding stands."""
        return self.ranks.get(finding["rank"], self)

    def before(self, step: int, count: int = 8) -> list[StepRecord]:
        """The last steps up to this one."""
        return [record for record in self.steps if record.step <= step][-count:]


def read(path: Path) -> RunReport:
    """Read a log. Raises `NotAReport` where nothing in it is one, and `OSError`."""
    report = RunReport()
    bad = known = 0
    with path.open(encoding="utf-8", errors="replace") as lines:
        for line in lines:
            row = _row(line)
            reader = None if row is None else _READERS.get(str(row.get("kind")))
            if row is not None and reader is not None and reader(report, row):
                known += 1
            elif line.strip() and (row is None or reader is not None or "kind" not in row):
                bad += 1
    if not known or (not report.head and bad > known):
        raise NotAReport("not the log of a guarded run")
    _note(report, bad)
    return report


def _note(report: RunReport, bad: int) -> None:
    version = whole(report.head.get("version"))
    if not report.head:
        report.notes.append("The first line, which tells when and with what the run began, is missing.")
    elif version is not None and version > VERSION:
        report.notes.append("A newer torchlint wrote this log: some of it may be missing or misread here.")
    if bad:
        report.notes.append(
            f"{bad} line{'s' * (bad != 1)} could not be read and {'is' if bad == 1 else 'are'} left out."
        )
    if report.end is None:
        report.notes.append("The log has no end: the run was killed, its disk was full, or it is still going.")


def _row(line: str) -> dict[str, Any] | None:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return row if isinstance(row, dict) else None


# each is told a row of its kind, and says whether it could use it


def _head(report: RunReport, row: dict[str, Any]) -> bool:
    if row.get("schema") != SCHEMA or report.head:
        return False
    report.head = row
    return True


def _models(report: RunReport, row: dict[str, Any]) -> bool:
    models = row.get("models")
    if not isinstance(models, dict):
        return False
    report.models.update({str(name): whole(count) for name, count in models.items()})
    return True


def _loss(report: RunReport, row: dict[str, Any]) -> bool:
    value = number(row.get("guessing"))
    if value is None:
        return False
    report.guessing[str(row.get("name", "loss"))] = value
    return True


def _step(report: RunReport, row: dict[str, Any]) -> bool:
    step = whole(row.get("step"))
    if step is None:
        return False
    numbers = [number(row.get(key)) for key in ("loss", "gradient_norm", "learning_rate")]
    report.steps.append(StepRecord(step, str(row.get("optimizer", "")), *numbers))
    return True


def _layers(report: RunReport, row: dict[str, Any]) -> bool:
    step, layers = whole(row.get("step")), row.get("layers")
    if step is None or not isinstance(layers, dict):
        return False
    # with several optimizers, each tells of its own layers
    numbers = {str(path): _numbers(one) for path, one in layers.items() if isinstance(one, dict)}
    report.layers.setdefault(step, {}).update(numbers)
    return True


def _finding(report: RunReport, row: dict[str, Any]) -> bool:
    step = whole(row.get("step"))
    if step is None or "code" not in row:
        return False
    texts = {key: None if row.get(key) is None else str(row[key]) for key in ("module", "line")}
    plain = {key: str(row.get(key) or "") for key in ("code", "name", "message", "help", "url")}
    evidence = row.get("evidence")
    report.findings.append(
        {
            **plain,
            **texts,
            "step": step,
            "severity": "warning" if row.get("severity") == "warning" else "error",
            "rank": whole(row.get("rank")),
            "ranks": [],
            "evidence": evidence if isinstance(evidence, dict) else {},
        }
    )
    return True


def _end(report: RunReport, row: dict[str, Any]) -> bool:
    report.end = row
    return True


_READERS: Mapping[str, Callable[[RunReport, dict[str, Any]], bool]] = {
    "run": _head,
    "models": _models,
    "loss": _loss,
    "step": _step,
    "layers": _layers,
    "finding": _finding,
    "end": _end,
}


def where(finding: Mapping[str, Any]) -> str:
    """At which step of which ranks a finding showed."""
    ranks = finding["ranks"] or ([] if finding["rank"] is None else [finding["rank"]])
    return ", ".join([*([span(ranks)] if ranks else []), f"step {finding['step']}"])


def whole(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def number(value: Any) -> float | None:
    """A number, also one of those that JSON has no word for."""
    if isinstance(value, str) and value in ("nan", "inf", "-inf"):
        return float(value)
    try:
        return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None
    except OverflowError:
        return math.inf


def _numbers(one: Mapping[Any, Any]) -> dict[str, float]:
    return {str(key): value for key, raw in one.items() if (value := number(raw)) is not None}


def finite(values: Iterable[float | None]) -> list[float]:
    return [value for value in values if value is not None and math.isfinite(value)]
