"""The text behind the findings: lines to show, and places in the file for formats that know no cells."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from torchlint.findings import Location

if TYPE_CHECKING:
    from torchlint.notebook_text import NotebookText
    from torchlint.source import Source


class Span(NamedTuple):
    """Rows and columns in a file as an editor counts them, from 1; the end column is exclusive."""

    row: int
    column: int
    end_row: int
    end_column: int


class Texts:
    """Reads the files that findings name. `given` holds sources that are not on disk, by path."""

    def __init__(self, given: Mapping[str, Source]) -> None:
        self._given = given
        self._read = lru_cache(maxsize=16)(_read)
        self._notebook = lru_cache(maxsize=16)(_notebook)

    def line(self, location: Location) -> str | None:
        """The first row of a place."""
        source = self._source(location)
        if source is None:
            return None
        lines, row = source.lines, source.row(location.cell, location.row)
        return lines[row - 1] if 0 < row <= len(lines) else None

    def span(self, location: Location) -> Span:
        """A place in the file itself: in a notebook, in its JSON."""
        place = Span(location.row, location.column, location.end_row, location.end_column)
        source = self._source(location) if location.cell is not None else None
        if source is None or location.cell is None:
            return place
        try:
            book = self._notebook(source.data)
            start = book.place(location.cell, location.row, location.column)
            return Span(*start, *book.place(location.cell, location.end_row, location.end_column))
        except (IndexError, StopIteration):
            # the notebook is another by now
            return place

    def _source(self, location: Location) -> Source | None:
        return self._given.get(location.path) or self._read(location.path)


# imported late: a run that finds nothing reads nothing
def _read(path: str) -> Source | None:
    from torchlint.source import UnreadableError, read_source

    try:
        return read_source(Path(path))
    except UnreadableError:
        return None


def _notebook(data: bytes) -> NotebookText:
    from torchlint.notebook_text import NotebookText

    return NotebookText(data)
