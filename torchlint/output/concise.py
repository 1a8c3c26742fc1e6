"""One line per finding, as flake8 prints it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TextIO

from torchlint.findings import Finding, Location
from torchlint.source import Source


def place(location: Location) -> str:
    """`train.py:12:5`, in a notebook `train.ipynb:cell 3:12:5`."""
    cell = f"cell {location.cell}:" if location.cell is not None else ""
    return f"{location.path}:{cell}{location.row}:{location.column}"


def render(findings: Sequence[Finding], out: TextIO, sources: Mapping[str, Source]) -> None:
    for finding in findings:
        out.write(f"{place(finding.location)}: {finding.code} {finding.message}\n")
