"""A finding as a diagnostic."""

from __future__ import annotations

from lsprotocol import types

from torchlint.findings import NO_RULES, UNREADABLE, Finding
from torchlint.server.places import Places

#: Who says it.
SOURCE = "torchlint"


def diagnostic(finding: Finding, places: Places) -> types.Diagnostic | None:
    """None if the place is not open."""
    text = places.text(finding.location)
    if text is None:
        return None
    related = [
        types.DiagnosticRelatedInformation(place, other.message)
        for other in finding.related
        if (place := places.place(other.location)) is not None
    ]
    return types.Diagnostic(
        range=places.range(finding.location, text.lines),
        message=f"{finding.message}\n{finding.help}" if finding.help else finding.message,
        severity=_severity(finding),
        code=finding.code,
        code_description=None if finding.code in NO_RULES else types.CodeDescription(finding.url),
        source=SOURCE,
        related_information=related or None,
    )


def diagnostics(places: Places) -> dict[str, list[types.Diagnostic]]:
    """The diagnostics of each text of a document."""
    found: dict[str, list[types.Diagnostic]] = {text.uri: [] for text in places.checked.document.texts}
    for finding in places.checked.findings:
        told, text = diagnostic(finding, places), places.text(finding.location)
        if told is not None and text is not None:
            found.setdefault(text.uri, []).append(told)
    return found


def _severity(finding: Finding) -> types.DiagnosticSeverity:
    # what is found runs, and is wrong; a file that can't be read does not run
    return types.DiagnosticSeverity.Error if finding.code == UNREADABLE else types.DiagnosticSeverity.Warning
