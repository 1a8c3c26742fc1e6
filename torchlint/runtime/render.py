"""A finding as people read it: plain in a log file, in colour on a terminal."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, TextIO

from torchlint.runtime.findings import RuntimeFinding

if TYPE_CHECKING:
    from rich.text import Text


def _parts(finding: RuntimeFinding) -> list[tuple[str, str]]:
    """The finding as pieces of text, each with rich's name of a style."""
    colour = "bold red" if finding.severity == "error" else "bold yellow"
    parts = [
        (f"{finding.code}", colour),
        (f" [{finding.name}] {finding.severity} at {finding.where}: {finding.message}\n", ""),
    ]
    rows = [("module", finding.module), ("line", finding.line)]
    rows += [(key.replace("_", " "), _number(value)) for key, value in finding.evidence.items()]
    for label, text in rows:
        if text is not None:
            parts += [("  = ", "bold blue"), (f"{label}: {text}\n", "")]
    parts += [("  = help: ", "bold cyan"), (f"{finding.help}\n", ""), (f"  = page: {finding.url}", "dim")]
    if finding.history:
        parts += [("\n" + finding.history, "dim")]
    return parts


def _number(value: object) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def as_text(finding: RuntimeFinding) -> str:
    return "".join(text for text, _ in _parts(finding))


def as_rich(finding: RuntimeFinding) -> Text:
    from rich.text import Text

    return Text.assemble(*_parts(finding))


def verdict(findings: Sequence[RuntimeFinding]) -> str:
    """How many there are."""
    errors = sum(finding.severity == "error" for finding in findings)
    warnings = len(findings) - errors
    if not findings:
        return "no silent bugs found"
    return f"{errors} error{'s' * (errors != 1)}, {warnings} warning{'s' * (warnings != 1)}"


def print_findings(findings: list[RuntimeFinding], out: TextIO | None = None) -> None:
    from rich.console import Console

    console = Console(file=out or sys.stderr, highlight=False, soft_wrap=True, emoji=False, markup=False)
    for finding in findings:
        console.print(as_rich(finding))
        console.print()
