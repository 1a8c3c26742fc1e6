"""A preflight report as people read it: a table in the terminal, and one in a notebook."""

from __future__ import annotations

import io
import shutil
from html import escape
from typing import TYPE_CHECKING

from torchlint.runtime.preflight.report import Outcome, PreflightReport, Status

if TYPE_CHECKING:
    from rich.console import RenderableType

#: rich's style and the CSS colour of each status
_COLOURS: dict[Status, tuple[str, str]] = {
    "passed": ("green", "#1a7f37"),
    "failed": ("bold red", "#cf222e"),
    "warning": ("bold yellow", "#9a6700"),
    "skipped": ("dim", "#6e7781"),
}


def summary(report: PreflightReport) -> str:
    counts = {status: sum(outcome.status == status for outcome in report) for status in _COLOURS}
    counted = [f"{counts['passed']} passed", f"{counts['failed']} failed"]
    counted.append(f"{counts['warning']} warning{'s' * (counts['warning'] != 1)}")
    counted.append(f"{counts['skipped']} skipped")
    return "preflight: " + ", ".join(counted)


def _numbers(outcome: Outcome) -> str:
    return ", ".join(f"{key.replace('_', ' ')} {_number(value)}" for key, value in outcome.evidence.items())


def _number(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _advice(outcome: Outcome) -> list[tuple[str, str]]:
    if outcome.status not in ("failed", "warning"):
        return []
    rows = [("cause", outcome.cause), ("help", outcome.help), ("page", outcome.url or "")]
    return [(label, text) for label, text in rows if text]


def as_rich(report: PreflightReport) -> RenderableType:
    from rich.box import SIMPLE_HEAD
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text

    table = Table(box=SIMPLE_HEAD, show_edge=False, pad_edge=False)
    table.add_column("check", no_wrap=True)
    table.add_column("outcome", no_wrap=True)
    table.add_column("what was found", overflow="fold")
    for outcome in report:
        found = Text(outcome.message)
        if numbers := _numbers(outcome):
            found.append(f"\n{numbers}", style="dim")
        for label, text in _advice(outcome):
            found.append(f"\n{label}: ", style="bold cyan")
            found.append(text)
        name = Text(outcome.check)
        if outcome.code is not None and outcome.status in ("failed", "warning"):
            name.append(f"\n{outcome.code}", style="dim")
        table.add_row(name, Text(outcome.status, style=_COLOURS[outcome.status][0]), found)
    return Group(table, Text(summary(report), style="bold"))


def as_text(report: PreflightReport) -> str:
    from rich.console import Console

    out = io.StringIO()
    width = min(max(shutil.get_terminal_size((120, 24)).columns, 60), 120)
    Console(file=out, width=width, color_system=None, highlight=False, emoji=False).print(as_rich(report))
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines())


def as_html(report: PreflightReport) -> str:
    rows = []
    for outcome in report:
        found = [escape(outcome.message)]
        if numbers := _numbers(outcome):
            found.append(f"<small>{escape(numbers)}</small>")
        found += [f"<b>{label}:</b> {escape(text)}" for label, text in _advice(outcome)]
        colour = _COLOURS[outcome.status][1]
        rows.append(
            f'<tr><td>{escape(outcome.check)}</td><td style="color:{colour}"><b>{outcome.status}</b></td>'
            f'<td style="text-align:left">{"<br>".join(found)}</td></tr>'
        )
    head = "<tr><th>check</th><th>outcome</th><th>what was found</th></tr>"
    return f"<table>{head}{''.join(rows)}</table><p>{escape(summary(report))}</p>"
