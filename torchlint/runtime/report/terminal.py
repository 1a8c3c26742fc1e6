"""A run in the terminal: what was found, and the last steps."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from torchlint.runtime.report.reading import RunReport

_COLOURS = {"error": "bold red", "warning": "bold yellow"}


def print_run(report: RunReport, name: str) -> None:
    console = Console(highlight=False, emoji=False, markup=False, soft_wrap=True)
    end = report.end or {}
    ended = f", ended by {end['error']}" if end.get("error") else ""
    console.print(f"{name}: {report.step_count} steps{ended}, {report.verdict}")
    for note in report.notes:
        console.print(f"note: {note}", style="dim")
    for finding in report.findings:
        console.print()
        console.print(_finding(finding))
    steps = report.before(report.step_count)
    if steps:
        table = Table("step", "loss", "gradient norm", "learning rate", "optimizer", box=None, padding=(0, 2, 0, 0))
        for step in steps:
            numbers = ("-" if value is None else f"{value:.4g}" for value in step[2:])
            table.add_row(str(step.step), *numbers, step.optimizer)
        console.print()
        console.print(table)


def _finding(finding: dict[str, Any]) -> Text:
    rank = "" if finding["rank"] is None else f"rank {finding['rank']}, "
    head = f" [{finding['name']}] {finding['severity']} at {rank}step {finding['step']}: {finding['message']}"
    text = Text.assemble((finding["code"], _COLOURS[finding["severity"]]), head)
    for label in ("module", "line", "help"):
        if finding[label]:
            text.append(f"\n  = {label}: ", "bold blue").append(finding[label], "default")
    return text
