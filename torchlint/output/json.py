"""JSON in the shape of ruff's, with the other places of the story under `related`."""

from __future__ import annotations

import json
from typing import Any, TextIO

from torchlint.findings import Finding, Fix, Location
from torchlint.output import Report


def _position(row: int, column: int) -> dict[str, int]:
    return {"row": row, "column": column}


def _span(location: Location) -> dict[str, Any]:
    return {
        "filename": location.path,
        "cell": location.cell,
        "location": _position(location.row, location.column),
        "end_location": _position(location.end_row, location.end_column),
    }


def as_dict(finding: Finding) -> dict[str, Any]:
    return {
        "code": finding.code,
        "name": finding.name,
        "message": finding.message,
        "help": finding.help,
        **_span(finding.location),
        "fix": _fix(finding.fix) if finding.fix is not None else None,
        "url": finding.url,
        "related": [{"message": related.message, **_span(related.location)} for related in finding.related],
    }


def _fix(fix: Fix) -> dict[str, Any]:
    return {
        "applicability": fix.applicability,
        "message": fix.message,
        "edits": [
            {
                "content": edit.content,
                "location": _position(edit.location.row, edit.location.column),
                "end_location": _position(edit.location.end_row, edit.location.end_column),
            }
            for edit in fix.edits
        ],
    }


def render(report: Report, out: TextIO) -> None:
    json.dump([as_dict(finding) for finding in report.findings], out, indent=2)
    out.write("\n")
