"""Fixes applied to one file, in rounds, each of them checked by linting the result.

A fix counts only if the file can still be read, what it was for is gone, and nothing new is found. A fix that does not
hold what it promises is taken back and told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from torchlint.findings import UNREADABLE, Edit, Finding, applicable
from torchlint.rewriting import NotPossibleError, replaced, with_edits
from torchlint.source import Source, UnreadableError, source_from_text

#: The findings in the file, if it held these bytes.
Lint = Callable[[bytes], list[Finding]]

#: A finding whatever rows stand above it: its code, and where it begins in the text.
_Mark = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Refused:
    """A fix that was not applied, and why."""

    finding: Finding
    reason: str


@dataclass(slots=True)
class Fixed:
    """A file after its fixes."""

    source: Source
    #: what is still found
    remaining: list[Finding]
    fixed: list[Finding] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)


class _RefusedError(Exception):
    """The fixes can't be applied; the text says why."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One way to go on."""

    source: Source
    findings: list[Finding]
    spans: list[tuple[int, int, str]]


def fix_source(source: Source, found: list[Finding], lint: Lint, unsafe: bool, left: Iterable[Finding] = ()) -> Fixed:
    """Apply the fixes of what is found in a source, but for the findings in `left`.

    Each round fixes something for good or refuses a fix for good, and no round brings new findings: so there is an end.
    """
    done = Fixed(source, found)
    skipped = {_mark(finding, source) for finding in left}
    together = True
    while True:
        source = done.source
        candidates = [
            finding
            for finding in done.remaining
            if applicable(finding, unsafe) and _mark(finding, source) not in skipped
        ]
        if not candidates:
            return done
        batch = _compatible(candidates, source)[: None if together else 1]
        try:
            attempt = _attempt(source, done.remaining, batch, lint)
        except _RefusedError as error:
            if len(batch) == 1:
                skipped.add(_mark(batch[0], source))
                done.refused.append(Refused(batch[0], str(error)))
            # from now on one by one: which of them was it?
            together = False
            continue
        skipped = {(code, _moved(offset, attempt.spans)) for code, offset in skipped}
        done.source, done.remaining = attempt.source, attempt.findings
        done.fixed += batch


def _attempt(source: Source, before: Sequence[Finding], batch: Sequence[Finding], lint: Lint) -> Attempt:
    edits = [edit for finding in batch if finding.fix is not None for edit in finding.fix.edits]
    spans = [_span(edit, source) for edit in edits]
    try:
        new = source_from_text(with_edits(source, edits), source.path, source.file)
    except (NotPossibleError, UnreadableError) as error:
        raise _RefusedError(str(error)) from None
    if new.text != replaced(source.text, spans):
        raise _RefusedError("the file is written in a way that can't be edited")
    after = lint(new.data)
    known = {_moved_mark(finding, source, spans) for finding in before}
    gone = {_moved_mark(finding, source, spans) for finding in batch}
    for finding in after:
        mark = _mark(finding, new)
        if mark in gone:
            raise _RefusedError("the problem would still be there")
        if finding.code == UNREADABLE and mark not in known:
            raise _RefusedError("the result would not be valid Python")
        if mark not in known:
            place = finding.location
            cell = f"cell {place.cell}, " if place.cell is not None else ""
            raise _RefusedError(f"it would bring {finding.code} in {cell}row {place.row}: {finding.message}")
    return Attempt(new, after, spans)


def _compatible(findings: Iterable[Finding], source: Source) -> list[Finding]:
    """Findings whose fixes don't touch each other, the smallest first: the inner of two nested ones often does both."""
    extents = {finding: _extent(finding, source) for finding in findings}
    chosen: list[Finding] = []
    for finding, (start, end) in sorted(extents.items(), key=lambda item: (item[1][1] - item[1][0], item[1])):
        if all(end < other_start or other_end < start for other_start, other_end in map(extents.__getitem__, chosen)):
            chosen.append(finding)
    return sorted(chosen, key=lambda finding: finding.sort_key)


def _extent(finding: Finding, source: Source) -> tuple[int, int]:
    """The part of the text that a finding and its fix are about."""
    assert finding.fix is not None
    places = [finding.location, *(edit.location for edit in finding.fix.edits)]
    starts = [_offset(source, place.cell, place.row, place.column) for place in places]
    ends = [_offset(source, place.cell, place.end_row, place.end_column) for place in places]
    return min(starts), max(ends)


def _span(edit: Edit, source: Source) -> tuple[int, int, str]:
    place = edit.location
    start = _offset(source, place.cell, place.row, place.column)
    return start, _offset(source, place.cell, place.end_row, place.end_column), edit.content


def _offset(source: Source, cell: int | None, row: int, column: int) -> int:
    """Where a place is in the text."""
    return _starts(source.text)[source.row(cell, row) - 1] + column - 1


@lru_cache(maxsize=4)
def _starts(text: str) -> list[int]:
    """Where each row of a text begins."""
    starts = [0]
    for line in text.split("\n"):
        starts.append(starts[-1] + len(line) + 1)
    return starts


def _mark(finding: Finding, source: Source) -> _Mark:
    place = finding.location
    return finding.code, _offset(source, place.cell, place.row, place.column)


def _moved_mark(finding: Finding, source: Source, spans: list[tuple[int, int, str]]) -> _Mark:
    code, offset = _mark(finding, source)
    return code, _moved(offset, spans)


def _moved(offset: int, spans: list[tuple[int, int, str]]) -> int:
    """Where a place is after edits: what is inserted right before it moves it."""
    moved = offset
    for start, end, content in spans:
        if end <= offset:
            moved += len(content) - (end - start)
        elif start < offset:
            moved -= offset - start
    return moved
