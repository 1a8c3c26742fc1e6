"""What a preflight tells: one outcome for each check, and the report that holds them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from torchlint.findings import DOCS_URL
from torchlint.runtime.findings import plain_json

if TYPE_CHECKING:
    from rich.console import RenderableType

Status = Literal["passed", "failed", "warning", "skipped"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one check found.

    `status` is "failed" for what is wrong, "warning" for what is probably wrong, and "skipped" where the check had
    nothing to judge; `message` then says why. `code` is that of the bug in the catalogue, where it is there.
    """

    check: str
    status: Status
    message: str
    #: what is likely behind it, and what to do: for what failed, and for warnings
    cause: str = ""
    help: str = ""
    code: str | None = None
    evidence: Mapping[str, Any] = field(default_factory=dict)
    seconds: float = 0.0

    @property
    def url(self) -> str | None:
        return None if self.code is None else f"{DOCS_URL}/{self.code}"

    def as_dict(self) -> dict[str, Any]:
        """The outcome in JSON's types."""
        return {
            "check": self.check,
            "status": self.status,
            "code": self.code,
            "message": self.message,
            "cause": self.cause,
            "help": self.help,
            "evidence": {key: plain_json(value) for key, value in self.evidence.items()},
            "seconds": round(self.seconds, 3),
            "url": self.url,
        }


class PreflightReport(Sequence[Outcome]):
    """The outcomes of a preflight, in the order of its checks. Printed, it is a table."""

    def __init__(self, outcomes: Sequence[Outcome]) -> None:
        self.outcomes = tuple(outcomes)

    def __len__(self) -> int:
        return len(self.outcomes)

    def __getitem__(self, key: Any) -> Any:
        """By number, or by the name of a check."""
        if isinstance(key, str):
            for outcome in self.outcomes:
                if outcome.check == key:
                    return outcome
            raise KeyError(key)
        return self.outcomes[key]

    def __iter__(self) -> Iterator[Outcome]:
        return iter(self.outcomes)

    @property
    def failed(self) -> list[Outcome]:
        return [outcome for outcome in self.outcomes if outcome.status == "failed"]

    @property
    def warnings(self) -> list[Outcome]:
        return [outcome for outcome in self.outcomes if outcome.status == "warning"]

    @property
    def passed(self) -> bool:
        """Whether nothing failed; warnings and skipped checks don't count."""
        return not self.failed

    def raise_if_failed(self) -> None:
        """Raise `PreflightError` where a check failed."""
        if self.failed:
            raise PreflightError(self)

    def to_json(self, indent: int | None = 2) -> str:
        return json.dumps({"passed": self.passed, "outcomes": [one.as_dict() for one in self.outcomes]}, indent=indent)

    def __str__(self) -> str:
        from torchlint.runtime.preflight.render import as_text

        return as_text(self)

    def __repr__(self) -> str:
        failed = ", ".join(outcome.check for outcome in self.failed) or "nothing"
        return f"<PreflightReport of {len(self)} checks, failed: {failed}>"

    def __rich__(self) -> RenderableType:
        from torchlint.runtime.preflight.render import as_rich

        return as_rich(self)

    def _repr_html_(self) -> str:
        from torchlint.runtime.preflight.render import as_html

        return as_html(self)


class PreflightError(RuntimeError):
    """Raised by `PreflightReport.raise_if_failed()`."""

    def __init__(self, report: PreflightReport) -> None:
        super().__init__(report)
        self.report = report

    def __str__(self) -> str:
        return f"{len(self.report.failed)} of {len(self.report)} checks failed\n{self.report}"
