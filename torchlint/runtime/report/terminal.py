"""A run in the terminal: what was found, and the last steps."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from torchlint.runtime.report.reading import RunReport, where
from torchlint.runtime.report.remarks import remarks

_COLOURS = {"error": "bold red", "warning": "bold yellow"}


def print_run(report: RunReport, name: str) -> None:
    console = Console(highlight=False, emoji=False, markup=False, soft_wrap=True)
    ended = f", ended {report.ending}" if (report.end or {}).get("error") else ""
    ranks = f" on {len(report.ranks)} ranks" if report.ranks else ""
    console.print(f"{name}: {report.step_count} steps{ranks}{ended}, {report.verdict}")
    for note in [*report.notes, *remarks(report)]:
        console.print(f"note: {note}", style="dim")
    for finding in report.findings:
        console.print()
        console.print(_finding(finding))
    # the last steps of one, or the last of each
    rows = [
        (rank, step)
        for rank, log in report.logs.items()
        for step in log.before(log.step_count, 1 if report.ranks else 8)
    ]
    if rows:
        heads = ["step", "loss", "gradient norm", "learning rate", "optimizer", *(["rank"] if report.ranks else [])]
        table = Table(*heads, box=None, padding=(0, 2, 0, 0))
        for rank, step in rows:
            numbers = ("-" if value is None else f"{value:.4g}" for value in step[2:])
            table.add_row(str(step.step), *numbers, step.optimizer, *([] if rank is None else [str(rank)]))
        console.print()
        console.print(table)


def _finding(finding: dict[str, Any]) -> Text:
    head = f" [{finding['name']}] {finding['severity']} at {where(finding)}: {finding['message']}"
    text = Text.assemble((finding["code"], _COLOURS[finding["severity"]]), head)
    for label in ("module", "line", "help"):
        if finding[label]:
            text.append(f"\n  = {label}: ", "bold blue").append(finding[label], "default")
    return text
