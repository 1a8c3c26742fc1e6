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
INLINE = re.compile(r"\#\s*" + _NOQA, re.IGNORECASE)
#: From Python 3.12 on the pieces of an f-string are tokens, and so are the line ends between its braces.
_FORMATTED_START = {getattr(tokenize, name, None) for name in ("FSTRING_START", "TSTRING_START")}
_FORMATTED_END = {getattr(tokenize, name, None) for name in ("FSTRING_END", "TSTRING_END")}

_FILE = re.compile(r"\#\s*torchlint[:=]\s*" + _NOQA + r"\s*$", re.IGNORECASE)

#: Every code, which a comment without codes silences.
_EVERY = ("",)


@dataclass(frozen=True, slots=True, eq=False)
class Noqa:
    """A comment that silences: prefixes of codes, in some rows of the text or in the whole file."""

    codes: tuple[str, ...]
    rows: range
    whole_file: bool
    #: where it stands, and how long it is
    row: int
    column: int
    length: int


@dataclass(slots=True)
class Suppressions:
    """What the comments of one source silence."""

    comments: list[Noqa] = field(default_factory=list)
    #: those that speak for a row
    by_row: dict[int, list[Noqa]] = field(default_factory=dict)
    #: the first row of the statement that a row belongs to
    statements: dict[int, int] = field(default_factory=dict)

    def covers(self, finding: Finding, source: Source) -> bool:
        """Whether a comment silences a finding."""
        return any(finding.code.startswith(noqa.codes) for noqa in self.around(finding, source))

    def around(self, finding: Finding, source: Source) -> Iterator[Noqa]:
        """The comments of the file, those on the finding's first row, and those on the last of its statement's rows."""
        yield from (noqa for noqa in self.comments if noqa.whole_file)
        place = finding.location
        first, last = source.row(place.cell, place.row), source.row(place.cell, place.end_row)
        yield from self.by_row.get(first, ())
        if self.statements.get(first, first) == self.statements.get(last, last):
            yield from self.by_row.get(last, ())


def read_suppressions(source: Source) -> Suppressions:
    """Find the comments that silence findings."""
    found = Suppressions()
    if "noqa" not in source.text.lower():
        return found
    lines = source.lines
    for line in physical_lines(source.text, found.statements):
        if line.comment is None:
            continue
        whole = _FILE.match(line.comment)
        if whole is not None:
            if lines[line.last_row - 1].strip() == line.comment.strip():
                found.comments.append(_noqa(whole, line, True))
            continue
        inline = INLINE.search(line.comment)
        if inline is not None:
            noqa = _noqa(inline, line, False)
            found.comments.append(noqa)
            for row in noqa.rows:
                found.by_row.setdefault(row, []).append(noqa)
    return found


def _noqa(match: re.Match[str], line: Line, whole_file: bool) -> Noqa:
    codes = tuple(match["codes"].upper().replace(",", " ").split()) if match["codes"] else _EVERY
    rows = range(line.first_row, line.last_row + 1)
    return Noqa(codes, rows, whole_file, line.last_row, line.column + match.start(), match.end() - match.start())


@dataclass(frozen=True, slots=True)
class Line:
    """Rows that one comment at their end speaks for: one, or those of a multi-line string or of backslashes."""

    first_row: int
    last_row: int
    #: the comment and its column, from 0
    comment: str | None = None
    column: int = 0


def physical_lines(text: str, statements: dict[int, int]) -> Iterator[Line]:
    """The lines of a text that are not blank. Notes in `statements` where the statement of each row begins."""
    line_start = statement_start = row = column = formatted = 0
    comment: str | None = None
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type in (tokenize.INDENT, tokenize.DEDENT):
                continue
            row = token.end[0]
            line_start = line_start or token.start[0]
            formatted += (token.type in _FORMATTED_START) - (token.type in _FORMATTED_END)
            if formatted:
                # a comment between the braces would be an error for Python 3.11: the string ends the line
                statement_start = statement_start or token.start[0]
                continue
            if token.type == tokenize.COMMENT:
                comment, column = token.string, token.start[1]
            elif token.type != tokenize.NL:
                statement_start = statement_start or token.start[0]
            if token.type in (tokenize.NL, tokenize.NEWLINE):
                yield Line(line_start, token.start[0], comment, column)
                line_start, comment = 0, None
            if token.type == tokenize.NEWLINE:
                statements.update(dict.fromkeys(range(statement_start, row + 1), statement_start))
                statement_start = 0
    except (tokenize.TokenError, SyntaxError):
        # Python of another version, or none at all: from here on, line by line
        if comment is not None:
            yield Line(line_start, row, comment, column)
        for number, line in enumerate(text.split("\n")[row:], start=row + 1):
            at = line.find("#")
            yield Line(number, number, line[at:] if at >= 0 else None, max(at, 0))
