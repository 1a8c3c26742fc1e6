"""Writes `# noqa: TLN201` where findings are, and nothing else."""

from __future__ import annotations

import ast
import io
import re
import tokenize
import warnings
from collections.abc import Iterable
from dataclasses import dataclass

from torchlint.findings import NO_RULES, Finding
from torchlint.notebook_text import NotebookText
from torchlint.source import Source, UnreadableError, source_from_text
from torchlint.suppression import INLINE, Line, physical_lines

_ROW_END = re.compile(r"\r\n|\r|\n")


class NotPossibleError(Exception):
    """The comments can't be written without a change of the program; the text says why."""


@dataclass(frozen=True, slots=True)
class _Insertion:
    """Text to put into a row of a source's text, before a column of the row as it is written (from 0)."""

    row: int
    column: int
    text: str


def with_noqa(source: Source, findings: Iterable[Finding]) -> bytes:
    """The bytes of a file with comments that silence findings. Raises `NotPossibleError`."""
    writer = _Notebook(source) if source.cells is not None else _Python(source)
    data = writer.insert(_insertions(source, findings, writer))
    try:
        new = source_from_text(data, source.path, source.file)
    except UnreadableError as error:
        raise NotPossibleError(error.message) from None
    if _meaning(new.text) != _meaning(source.text):
        raise NotPossibleError("a comment there would change the program")
    return data


def _insertions(source: Source, findings: Iterable[Finding], writer: _Python | _Notebook) -> list[_Insertion]:
    codes: dict[Line, list[str]] = {}
    lines = {row: line for line in physical_lines(source.text, {}) for row in range(line.first_row, line.last_row + 1)}
    for finding in findings:
        row = source.row(finding.location.cell, finding.location.row)
        if finding.code not in NO_RULES:
            codes.setdefault(lines.get(row, Line(row, row)), []).append(finding.code)
    python = source.lines
    return [
        _insertion(line, sorted(set(found)), writer)
        for line, found in codes.items()
        # a command to IPython is left alone: what follows it is its argument
        if writer.row(line.last_row).strip() == python[line.last_row - 1].strip()
    ]


def _insertion(line: Line, codes: list[str], writer: _Python | _Notebook) -> _Insertion:
    written = writer.row(line.last_row)
    listed = ", ".join(codes)
    noqa = INLINE.search(line.comment) if line.comment else None
    if noqa is not None and noqa["codes"] and line.comment:
        start = written.rfind(line.comment.rstrip())
        if start >= 0:
            return _Insertion(line.last_row, start + noqa.end("codes"), f", {listed}")
    return _Insertion(line.last_row, len(written.rstrip()), f"  # noqa: {listed}")


def _meaning(text: str) -> str:
    """The program, without its comments, as far as the running Python can read it."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            flags = ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
            return ast.dump(compile(text, "<source>", "exec", flags, dont_inherit=True))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ""


class _Python:
    """The text of a Python file with its own line ends."""

    def __init__(self, source: Source) -> None:
        self._encoding, _ = tokenize.detect_encoding(io.BytesIO(source.data).readline)
        self._text = source.data.decode(self._encoding)
        if self._text.encode(self._encoding) != source.data:
            raise NotPossibleError(f"its encoding ({self._encoding}) can't be written back exactly")
        ends = [0, *(end.end() for end in _ROW_END.finditer(self._text)), len(self._text)]
        self._starts = ends[:-1]

    def row(self, row: int) -> str:
        start = self._starts[row - 1]
        end = _ROW_END.search(self._text, start)
        return self._text[start : end.start() if end else len(self._text)]

    def insert(self, insertions: list[_Insertion]) -> bytes:
        places = {self._starts[insertion.row - 1] + insertion.column: insertion.text for insertion in insertions}
        return _inserted(self._text, places).encode(self._encoding)


class _Notebook:
    """The JSON of a notebook."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._book = NotebookText(source.data)
        if self._book.text.encode(self._book.encoding, "surrogatepass") != source.data:
            raise NotPossibleError(f"its encoding ({self._book.encoding}) can't be written back exactly")

    def _place(self, row: int) -> tuple[int, int]:
        cell, row = self._source.place(row)
        assert cell is not None
        return cell, row

    def row(self, row: int) -> str:
        return self._book.line(*self._place(row))

    def insert(self, insertions: list[_Insertion]) -> bytes:
        # all that is inserted stands for itself in a string of JSON
        places = {
            self._book.offset(*self._place(insertion.row), insertion.column + 1): insertion.text
            for insertion in insertions
        }
        return _inserted(self._book.text, places).encode(self._book.encoding, "surrogatepass")


def _inserted(text: str, places: dict[int, str]) -> str:
    pieces, end = [], 0
    for offset, inserted in sorted(places.items()):
        pieces += [text[end:offset], inserted]
        end = offset
    return "".join([*pieces, text[end:]])
