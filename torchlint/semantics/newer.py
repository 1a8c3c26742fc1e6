"""Code in the grammar of a newer Python than the one that runs, written over so that this one can read it.

Python's parser knows the grammar of its own version. libcst knows that of all, and here tells where something newer
stands. That is overwritten with blanks or with something older of the same length: every other place stays where it is.
What is written over says nothing that a rule asks: type parameters, aliases of types, what is put into an f-string.
"""

from __future__ import annotations

import libcst as cst
from libcst.metadata import MetadataWrapper, PositionProvider

from torchlint.grammar import REFUSALS, tree_of
from torchlint.semantics.spans import Position


def in_older_grammar(text: str) -> str | None:
    """The text in the grammar of Python 3.10, None if libcst can't read it either, or nothing in it is newer."""
    try:
        ranges = MetadataWrapper(cst.parse_module(text), unsafe_skip_copy=True).resolve(PositionProvider)
    except cst.ParserSyntaxError:
        return None
    page = _Page(text)
    for node, span in ranges.items():
        start, end = (span.start.line, span.start.column), (span.end.line, span.end.column)
        if isinstance(node, cst.TypeParameters):
            page.write(start, end, joined=True)
        elif isinstance(node, cst.TypeAlias):
            page.write(start, end, "pass")
        elif isinstance(node, cst.ExceptStarHandler):
            page.blank_sign(start, "*")
        elif isinstance(node, cst.ExceptHandler) and isinstance(node.type, cst.Tuple) and not node.type.lpar:
            # one of them is as good as all: no rule asks what is caught
            first, last = ranges[node.type.elements[0]], ranges[node.type]
            page.write((first.end.line, first.end.column), (last.end.line, last.end.column))
        elif (isinstance(node, cst.Index) and node.star) or (
            isinstance(node, cst.Annotation) and isinstance(node.annotation, cst.StarredElement)
        ):
            page.blank_sign(start, "*")
        elif isinstance(node, (cst.FormattedString, cst.TemplatedString, cst.ConcatenatedString)):
            if not _is_read(page.text(start, end)):
                page.write(start, end, '(""', ")")
    older = str(page)
    return older if older != text else None


def _is_read(string: str) -> bool:
    """Whether the running Python can read a string literal."""
    try:
        tree_of(f"({string})")
    except REFUSALS:
        return False
    return True


class _Page:
    """A text that is written over in place."""

    def __init__(self, text: str) -> None:
        self._rows = text.split("\n")

    def __str__(self) -> str:
        return "\n".join(self._rows)

    def text(self, start: Position, end: Position) -> str:
        rows = self._rows[start[0] - 1 : end[0]]
        rows[-1] = rows[-1][: end[1]]
        rows[0] = rows[0][start[1] :]
        return "\n".join(rows)

    def write(self, start: Position, end: Position, front: str = "", back: str = "", joined: bool = False) -> None:
        """Overwrite what stands between two places with `front`, blanks and `back`; `joined` makes one line of rows."""
        written = [" " * len(row) for row in self.text(start, end).split("\n")]
        written[0] = front + written[0][len(front) :]
        written[-1] = written[-1][: len(written[-1]) - len(back)] + back
        if joined:
            written[:-1] = [row[:-1] + "\\" for row in written[:-1]]
        for number, row in enumerate(written, start[0] - 1):
            at = start[1] if number == start[0] - 1 else 0
            self._rows[number] = self._rows[number][:at] + row + self._rows[number][at + len(row) :]

    def blank_sign(self, start: Position, sign: str) -> None:
        """Overwrite the first of a sign at or behind a place in its row."""
        row = self._rows[start[0] - 1]
        at = row.find(sign, start[1])
        if at >= 0:
            self._rows[start[0] - 1] = f"{row[:at]} {row[at + 1 :]}"
