"""What the guard tells: a finding, and the error or warning that carries it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Literal

from torchlint.findings import DOCS_URL
from torchlint.runtime.merging import span

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class RuntimeFinding:
    """One bug that showed in a running training.

    `severity` is "error" for exact facts and "warning" for statistics. `step` counts finished optimizer steps from 0.
    `module` is the dotted path of a module or parameter inside the guarded model, where one is to blame. `line` is the
    user's code, as `file:row`. `evidence` holds the numbers behind the message. `rank` is set where several processes
    train together; `ranks` where the findings of all of them are told, and several may have found the same.
    """

    code: str
    severity: Severity
    step: int
    message: str
    help: str
    module: str | None = None
    line: str | None = None
    evidence: Mapping[str, Any] = field(default_factory=dict)
    rank: int | None = None
    #: the last steps before, as text: printed with findings about numbers that went wrong
    history: str = ""
    ranks: tuple[int, ...] = ()

    @property
    def name(self) -> str:
        return _names()[self.code]

    @property
    def url(self) -> str:
        return f"{DOCS_URL}/{self.code}"

    @property
    def where(self) -> str:
        """At which step of which ranks it showed."""
        ranks = self.ranks or (() if self.rank is None else (self.rank,))
        return ", ".join([*([span(ranks)] if ranks else []), f"step {self.step}"])

    def as_dict(self) -> dict[str, Any]:
        """The finding in JSON's types."""
        return {
            "code": self.code,
            "name": self.name,
            "severity": self.severity,
            "step": self.step,
            "rank": self.rank,
            "module": self.module,
            "line": self.line,
            "message": self.message,
            "help": self.help,
            "evidence": {key: plain_json(value) for key, value in self.evidence.items()},
            "url": self.url,
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> RuntimeFinding:
        """The inverse of `as_dict`."""
        own = {key: value for key, value in data.items() if key not in ("name", "url", "ranks")}
        return cls(**own, ranks=tuple(data.get("ranks", ())))

    def __str__(self) -> str:
        from torchlint.runtime.render import as_text

        return as_text(self)


def plain_json(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        # JSON has no words for these
        return str(value)
    return value if isinstance(value, (str, int, float, bool, type(None))) else str(value)


@cache
def _names() -> dict[str, str]:
    from torchlint.rules import all_rules

    return {rule.code: rule.name for rule in all_rules()}


class GuardError(RuntimeError):
    """Raised by `guard(action="raise")` where the training is certainly wrong."""

    def __init__(self, finding: RuntimeFinding) -> None:
        super().__init__(finding)
        self.finding = finding

    @property
    def code(self) -> str:
        return self.finding.code

    @property
    def step(self) -> int:
        return self.finding.step

    @property
    def module(self) -> str | None:
        return self.finding.module

    @property
    def evidence(self) -> Mapping[str, Any]:
        return self.finding.evidence

    def __str__(self) -> str:
        return f"\n{self.finding}"


class GuardWarning(UserWarning):
    """Warned of where the training is probably wrong, and of everything under `guard(action="warn")`."""

    def __init__(self, finding: RuntimeFinding) -> None:
        super().__init__(finding)
        self.finding = finding

    def __str__(self) -> str:
        return f"\n{self.finding}"
