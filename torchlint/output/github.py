"""Commands of GitHub Actions: each finding becomes an annotation of the change that is looked at."""

from __future__ import annotations

from pathlib import PurePath
from typing import TextIO

from torchlint.output import Report, is_note, told


def render(report: Report, out: TextIO) -> None:
    for finding in report.findings:
        span = report.texts.span(finding.location)
        properties = {
            "title": f"torchlint {finding.code} ({finding.name})",
            "file": PurePath(finding.location.path).as_posix(),
            "line": span.row,
            "endLine": span.end_row,
            "col": span.column,
            "endColumn": span.end_column,
        }
        text = ",".join(f"{key}={_escape(str(value), ':,')}" for key, value in properties.items())
        kind = "notice" if is_note(finding) else "error"
        message = f"{told(finding)}\n{finding.help}" if finding.help else told(finding)
        out.write(f"::{kind} {text}::{_escape(message)}\n")


def _escape(text: str, more: str = "") -> str:
    """What would end a command or a property is written as its code."""
    return "".join(f"%{ord(letter):02X}" if letter in f"%\r\n{more}" else letter for letter in text)
