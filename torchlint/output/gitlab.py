"""GitLab's code quality report, a subset of Code Climate's."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any, TextIO

from torchlint.findings import Finding
from torchlint.fingerprint import fingerprints
from torchlint.output import Report, is_note, told
from torchlint.texts import Texts


def render(report: Report, out: TextIO) -> None:
    marks = fingerprints(report.findings, _in_project, report.texts.line)
    issues = [_issue(finding, mark, report.texts) for finding, mark in zip(report.findings, marks, strict=True)]
    json.dump(issues, out, indent=2)
    out.write("\n")


def _issue(finding: Finding, mark: str, texts: Texts) -> dict[str, Any]:
    span = texts.span(finding.location)
    return {
        "description": f"{finding.code}: {told(finding)}",
        "check_name": finding.code,
        "fingerprint": mark,
        "severity": "info" if is_note(finding) else "major",
        "location": {
            "path": _in_project(finding.location.path),
            "positions": {
                "begin": {"line": span.row, "column": span.column},
                "end": {"line": span.end_row, "column": span.end_column},
            },
        },
    }


def _in_project(path: str) -> str:
    """A path as GitLab knows it: from the root of the repository, wherever in it the job works."""
    root = os.environ.get("CI_PROJECT_DIR")
    absolute = Path(path).absolute()
    if root and absolute.is_relative_to(root):
        return absolute.relative_to(root).as_posix()
    return Path(path).as_posix()
