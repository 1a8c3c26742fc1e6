"""Edits written into the bytes of a file: its encoding, its line ends, and the JSON of a notebook stay as they are."""

from __future__ import annotations

import io
import json
import re
import tokenize
from collections.abc import Iterable
from typing import NamedTuple

from torchlint.findings import Edit
from torchlint.notebook_text import NotebookText
from torchlint.source import Source

_ROW_END = re.compile(r"\r\n|\r|\n")


class NotPossibleError(Exception):
    """The edits can't be written without a change of something else; the text says why."""


class Replacement(NamedTuple):
    """Text in place of a span of the rows as they are written; rows count from 1, columns from 0."""

    row: int
    column: int
    end_row: int
    end_column: int
    text: str


class Written:
    """The bytes behind a source. Rows are those of the source's text."""

    @staticmethod
    def of(source: Source) -> Written:
        """Raises `NotPossibleError` for an encoding that can't be written back exactly."""
        return _Notebook(source) if source.cells is not None else _Python(source)

    def row(self, row: int) -> str:
        """A row as it is written, without its end."""
        raise NotImplementedError

    def replace(self, replacements: Iterable[Replacement]) -> bytes:
        """The bytes with replacements that don't overlap."""
        raise NotImplementedError


def with_edits(source: Source, edits: Iterable[Edit]) -> bytes:
    """The bytes of a file with edits of its text that don't overlap. Raises `NotPossibleError`."""
    written, python = Written.of(source), source.lines

    def margin(row: int) -> str | None:
        """What IPython leaves out before a row, where a whole cell is indented; None for a command to IPython."""
        left = written.row(row)[: len(written.row(row)) - len(python[row - 1])]
        return left if left + python[row - 1] == written.row(row) and not left.strip() else None

    def column(row: int, column: int) -> int:
        if column == len(python[row - 1]):
            return len(written.row(row))
        left = margin(row)
        if left is None:
            raise NotPossibleError("there is a command to IPython")
        return len(left) + column

    found = []
    for edit in edits:
        place = edit.location
        row, end_row = source.row(place.cell, place.row), source.row(place.cell, place.end_row)
        left = max((margin(n) or "" for n in range(row, end_row + 1) if python[n - 1].strip()), default="")
        start, end = column(row, place.column - 1), column(end_row, place.end_column - 1)
        found.append(Replacement(row, start, end_row, end, edit.content.replace("\n", f"\n{left}")))
    return written.replace(found)


class _Python(Written):
    """The text of a Python file with its own line ends."""

    def __init__(self, source: Source) -> None:
        self._encoding, _ = tokenize.detect_encoding(io.BytesIO(source.data).readline)
        self._text = source.data.decode(self._encoding)
        if self._text.encode(self._encoding) != source.data:
            raise NotPossibleError(f"its encoding ({self._encoding}) can't be written back exactly")
        ends = [0, *(end.end() for end in _ROW_END.finditer(self._text)), len(self._text)]
        self._starts = ends[:-1]
        first = _ROW_END.search(self._text)
        self._end = first[0] if first else "\n"

    def row(self, row: int) -> str:
        start = self._starts[row - 1]
        end = _ROW_END.search(self._text, start)
        return self._text[start : end.start() if end else len(self._text)]

    def replace(self, replacements: Iterable[Replacement]) -> bytes:
        spans = [
            (self._starts[row - 1] + column, self._starts[end_row - 1] + end_column, text.replace("\n", self._end))
            for row, column, end_row, end_column, text in replacements
        ]
        try:
            return replaced(self._text, spans).encode(self._encoding)
        except UnicodeEncodeError:
            raise NotPossibleError(f"its encoding ({self._encoding}) lacks a letter") from None


class _Notebook(Written):
    """The JSON of a notebook."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._book = NotebookText(source.data)
        if self._book.text.encode(self._book.encoding, "surrogatepass") != source.data:
            raise NotPossibleError(f"its encoding ({self._book.encoding}) can't be written back exactly")
        #: whether letters beyond ASCII are written as escapes, as far as can be seen
        self._escapes = self._book.text.isascii()

    def _place(self, row: int) -> tuple[int, int]:
        cell, row = self._source.place(row)
        assert cell is not None
        return cell, row

    def row(self, row: int) -> str:
        return self._book.line(*self._place(row))

    def replace(self, replacements: Iterable[Replacement]) -> bytes:
        spans = []
        for row, column, end_row, end_column, text in replacements:
            cell, _ = self._place(row)
            line_end = self._book.line_end(cell)
            content = line_end.join(json.dumps(line, ensure_ascii=self._escapes)[1:-1] for line in text.split("\n"))
            start = self._book.offset(*self._place(row), column + 1)
            end = start if (row, column) == (end_row, end_column) else None
            if end is None:
                end = self._book.offset(*self._place(end_row), end_column + 1)
            spans.append((start, end, content))
        return replaced(self._book.text, spans).encode(self._book.encoding, "surrogatepass")


def replaced(text: str, spans: Iterable[tuple[int, int, str]]) -> str:
    """A text with others in place of some of its spans, which don't overlap."""
    pieces, end = [], 0
    for start, stop, content in sorted(spans, key=lambda span: span[:2]):
        pieces += [text[end:start], content]
        end = stop
    return "".join([*pieces, text[end:]])
