"""`# noqa`, `# noqa: TLN201`, and `# torchlint: noqa` for a whole file."""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass, field

from torchlint.findings import Finding
from torchlint.source import Source

_NOQA = r"noqa(?::\s?(?P<codes>[A-Z]+[0-9]+(?:[,\s]+[A-Z]+[0-9]+)*))?"

# the grammar of flake8, so that one comment serves both
_INLINE = re.compile(r"\#\s*" + _NOQA, re.IGNORECASE)
_FILE = re.compile(r"\#\s*torchlint[:=]\s*" + _NOQA + r"\s*$", re.IGNORECASE)

#: Every code, which a comment without codes silences.
_EVERY = ("",)


@dataclass(slots=True)
class Suppressions:
    """What the comments of one source silence: prefixes of codes, for the file and by row of its text."""

    file: tuple[str, ...] = ()
    rows: dict[int, tuple[str, ...]] = field(default_factory=dict)
    #: the first row of the statement that a row belongs to
    statements: dict[int, int] = field(default_factory=dict)

    def covers(self, finding: Finding, source: Source) -> bool:
        """Whether a comment on the finding's first row, or on the last of its statement's rows, silences it."""
        if finding.code.startswith(self.file):
            return True
        place = finding.location
        first, last = source.row(place.cell, place.row), source.row(place.cell, place.end_row)
        if finding.code.startswith(self.rows.get(first, ())):
            return True
        same_statement = self.statements.get(first, first) == self.statements.get(last, last)
        return same_statement and finding.code.startswith(self.rows.get(last, ()))


def read_suppressions(source: Source) -> Suppressions:
    """Find the comments that silence findings."""
    found = Suppressions()
    if "noqa" not in source.text.lower():
        return found
    lines = source.lines
    for comment in _comments(source.text, found.statements):
        whole = _FILE.match(comment.text)
        if whole is not None:
            if lines[comment.last_row - 1].strip() == comment.text.strip():
                found.file += _codes(whole)
            continue
        inline = _INLINE.search(comment.text)
        if inline is not None:
            for row in range(comment.first_row, comment.last_row + 1):
                found.rows[row] = found.rows.get(row, ()) + _codes(inline)
    return found


def _codes(match: re.Match[str]) -> tuple[str, ...]:
    codes = match["codes"]
    return tuple(codes.upper().replace(",", " ").split()) if codes else _EVERY


@dataclass(frozen=True, slots=True)
class _Comment:
    """A comment, and the rows it speaks for: one, or all rows of a multi-line string or a line with backslashes."""

    text: str
    first_row: int
    last_row: int


def _comments(text: str, statements: dict[int, int]) -> Iterator[_Comment]:
    line_start = statement_start = row = 0
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type in (tokenize.INDENT, tokenize.DEDENT):
                continue
            row = token.end[0]
            line_start = line_start or token.start[0]
            if token.type == tokenize.COMMENT:
                yield _Comment(token.string, line_start, row)
            elif token.type != tokenize.NL:
                statement_start = statement_start or token.start[0]
            if token.type in (tokenize.NL, tokenize.NEWLINE):
                line_start = 0
            if token.type == tokenize.NEWLINE:
                statements.update(dict.fromkeys(range(statement_start, row + 1), statement_start))
                statement_start = 0
    except (tokenize.TokenError, SyntaxError):
        # Python of another version, or none at all: from here on, line by line
        for number, line in enumerate(text.split("\n")[row:], start=row + 1):
            if "#" in line:
                yield _Comment(line[line.index("#") :], number, number)
