"""SARIF 2.1.0, for GitHub code scanning and other dashboards.

A notebook is a file of JSON to them: regions are places in that file, the cell and its row stand in the message.
"""

from __future__ import annotations

import json
from pathlib import Path, PurePath
from typing import Any, TextIO
from urllib.parse import quote

from torchlint import __version__
from torchlint.findings import Finding, Fix, Location
from torchlint.fingerprint import fingerprints
from torchlint.output import Report, is_note, told
from torchlint.pages import introduction, summary
from torchlint.texts import Span, Texts

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_HOME = "https://torchlint.readthedocs.io"


def render(report: Report, out: TextIO) -> None:
    codes = sorted({finding.code for finding in report.findings})
    driver = {
        "name": "torchlint",
        "version": __version__,
        "semanticVersion": __version__,
        "informationUri": _HOME,
        "rules": _rules(report, codes),
    }
    marks = fingerprints(report.findings, _posix, report.texts.line)
    results = [
        _result(finding, codes.index(finding.code), mark, report.texts)
        for finding, mark in zip(report.findings, marks, strict=True)
    ]
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    json.dump({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, out, indent=2)
    out.write("\n")


def _rules(report: Report, codes: list[str]) -> list[dict[str, Any]]:
    pages = {rule.code: rule for rule in report.rules()} if codes else {}
    names = {finding.code: finding for finding in reversed(report.findings)}
    return [
        _rule(names[code], pages[code].page()) if code in pages else {"id": code, "name": names[code].name}
        for code in codes
    ]


def _rule(finding: Finding, page: str) -> dict[str, Any]:
    return {
        "id": finding.code,
        "name": finding.name,
        "shortDescription": {"text": summary(page)},
        "fullDescription": {"text": introduction(page)},
        "help": {"text": page, "markdown": f"# {finding.name} ({finding.code})\n\n{page}\n"},
        "helpUri": finding.url,
        "defaultConfiguration": {"level": "error"},
        "properties": {"tags": ["correctness", "pytorch"], "precision": "high"},
    }


def _result(finding: Finding, index: int, mark: str, texts: Texts) -> dict[str, Any]:
    text = f"{told(finding)}. {finding.help}" if finding.help else told(finding)
    result: dict[str, Any] = {
        "ruleId": finding.code,
        "ruleIndex": index,
        "level": "note" if is_note(finding) else "error",
        "message": {"text": text},
        "locations": [_location(finding.location, texts)],
        # the first name is the one that GitHub looks for
        "partialFingerprints": {"primaryLocationLineHash": mark, "torchlint/v1": mark},
    }
    if finding.related:
        result["relatedLocations"] = [
            {"id": number, "message": {"text": related.message}, **_location(related.location, texts)}
            for number, related in enumerate(finding.related, start=1)
        ]
    if finding.fix is not None and finding.location.cell is None:
        # in a notebook, the text to insert would have to be JSON
        result["fixes"] = [_fix(finding.fix, finding.location.path)]
    if finding.location.cell is not None:
        result["properties"] = {"cell": finding.location.cell, "row": finding.location.row}
    return result


def _fix(fix: Fix, path: str) -> dict[str, Any]:
    return {
        "description": {"text": f"{fix.message} ({fix.applicability})"},
        "artifactChanges": [
            {
                "artifactLocation": _artifact(path),
                "replacements": [
                    {
                        "deletedRegion": _region(
                            Span(place.row, place.column, place.end_row, place.end_column),
                        ),
                        "insertedContent": {"text": edit.content},
                    }
                    for edit in fix.edits
                    for place in [edit.location]
                ],
            }
        ],
    }


def _region(span: Span) -> dict[str, int]:
    return {
        "startLine": span.row,
        "startColumn": span.column,
        "endLine": span.end_row,
        "endColumn": span.end_column,
    }


def _location(location: Location, texts: Texts) -> dict[str, Any]:
    region = _region(texts.span(location))
    return {"physicalLocation": {"artifactLocation": _artifact(location.path), "region": region}}


def _artifact(path: str) -> dict[str, str]:
    if Path(path).is_absolute():
        return {"uri": Path(path).as_uri()}
    return {"uri": quote(_posix(path), errors="surrogateescape"), "uriBaseId": "%SRCROOT%"}


def _posix(path: str) -> str:
    return PurePath(path).as_posix()
