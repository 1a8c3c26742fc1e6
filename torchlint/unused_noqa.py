"""Comments that silence nothing: the bug was mended, or the code was mistyped."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from torchlint.config import PREFIX
from torchlint.findings import NO_RULES, UNUSED_NOQA, Finding, Location

if TYPE_CHECKING:
    from torchlint.rules.base import Rule
    from torchlint.source import Source
    from torchlint.suppression import Noqa, Suppressions


def unused_noqa(
    source: Source, suppressions: Suppressions, found: Iterable[Finding], applied: Iterable[Rule], rules: Iterable[Rule]
) -> Iterator[Finding]:
    """The comments of a source with a code of torchlint's that nothing in `found` has.

    A code is judged if a rule that was `applied` has it, or if none of all the `rules` has it.
    """
    used = {
        (noqa, code)
        for finding in found
        for noqa in suppressions.around(finding, source)
        for code in noqa.codes
        if finding.code.startswith(code)
    }
    judged = [rule.code for rule in applied]
    known = [*NO_RULES, *(rule.code for rule in rules)]
    for noqa in suppressions.comments:
        unknown = [code for code in _own(noqa) if not _some(known, code)]
        unused = [code for code in _own(noqa) if (noqa, code) not in used and _some(judged, code)]
        if unknown:
            yield _finding(source, noqa, f"no rule has the code {_listed(unknown)}")
        if unused:
            yield _finding(source, noqa, f"{_listed(unused)} silences nothing here".strip())


def _own(noqa: Noqa) -> list[str]:
    """The codes that are torchlint's to judge. A bare `# noqa` may be meant for any tool."""
    return [code for code in noqa.codes if code.startswith(PREFIX) or (noqa.whole_file and not code)]


def _some(codes: list[str], prefix: str) -> bool:
    return any(code.startswith(prefix) for code in codes)


def _listed(codes: list[str]) -> str:
    return ", ".join(codes)


def _finding(source: Source, noqa: Noqa, message: str) -> Finding:
    cell, row = source.place(noqa.row)
    place = Location(source.path, row, noqa.column + 1, row, noqa.column + 1 + noqa.length, cell)
    return Finding(UNUSED_NOQA, "unused-noqa", f"unused noqa: {message}", place, "remove the code, or the comment")
