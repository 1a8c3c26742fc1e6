"""One line per finding, as flake8 prints it."""

from __future__ import annotations

from typing import TextIO

from torchlint.output import Report, place


def render(report: Report, out: TextIO) -> None:
    for finding in report.findings:
        location = finding.location
        out.write(f"{location.path}:{place(location)}: {finding.code} {report.mark(finding)}{finding.message}\n")
