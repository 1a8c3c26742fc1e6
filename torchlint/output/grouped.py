"""The findings of each file under its name, their places lined up."""

from __future__ import annotations

from itertools import groupby
from typing import TextIO

from torchlint.output import Report, place


def render(report: Report, out: TextIO) -> None:
    for path, group in groupby(report.findings, key=lambda finding: finding.location.path):
        findings = list(group)
        places = [place(finding.location) for finding in findings]
        width = max(map(len, places))
        out.write(f"{path}:\n")
        for where, finding in zip(places, findings, strict=True):
            out.write(f"  {where:<{width}}  {finding.code}  {report.mark(finding)}{finding.message}\n")
        out.write("\n")
