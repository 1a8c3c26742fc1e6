"""Where the text of a notebook's cells stands in the bytes of the file: to point there, and to write there."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

from torchlint.source import code_texts

_DECODER = json.JSONDecoder()
_SPACE = re.compile(r"[ \t\n\r]*")
_SCALAR = re.compile(r"[^\s,\]}]+")
_ROW_END = re.compile(r"\r\n|\r|\n")

#: What stands for one character in a string of JSON; a character beyond 16 bits may be a pair of escapes.
_LETTER = re.compile(r"\\u[dD][89abAB]..\\u[dD][c-fC-F]..|\\u....|\\.|.", re.DOTALL)


class _Text(str):
    """A string of the notebook that knows where it stands, without its quotes."""

    start: int


class NotebookText:
    """The JSON of a notebook that could be read as one."""

    def __init__(self, data: bytes) -> None:
        self.encoding = json.detect_encoding(data)
        self.text = data.decode(self.encoding, "surrogatepass")
        self._cells = [_pieces(text) for text in code_texts(_value(self.text, 0)[0])]

    def offset(self, cell: int, row: int, column: int) -> int:
        """Where a place in a code cell is in the text of the file; all numbers count from 1, the offset from 0."""
        pieces = self._cells[cell - 1]
        whole = "".join(pieces)
        at = _start_of_row(whole, row) + column - 1
        for piece in pieces:
            if at < len(piece) or piece is pieces[-1]:
                return self._inside(piece, at)
            at -= len(piece)
        raise IndexError(cell)

    def line(self, cell: int, row: int) -> str:
        """A row of a code cell as it is written, without its end."""
        whole = "".join(self._cells[cell - 1])
        start = _start_of_row(whole, row)
        end = _ROW_END.search(whole, start)
        return whole[start : end.start() if end else len(whole)]

    def line_end(self, cell: int) -> str:
        """What stands in the text of the file between two rows of a code cell: mostly, each is a string of its own."""
        pieces = self._cells[cell - 1]
        whole = "".join(pieces)
        end = _ROW_END.search(whole)
        escaped = json.dumps(end[0] if end else "\n")[1:-1]
        first = pieces[0] if pieces else None
        if first is None or not self.text[: first.start - 1].rstrip(" \t\r\n").endswith("["):
            return escaped
        if len(pieces) > 1:
            gap = self.text[self._inside(first, len(first)) : pieces[1].start]
        else:
            # one row: the next one stands below it, as the first does below the bracket
            gap = f'",{self.text[: first.start - 1].rpartition("[")[2] or " "}"'
        return escaped + gap

    def place(self, cell: int, row: int, column: int) -> tuple[int, int]:
        """The row and column in the file of a place in a code cell."""
        offset = self.offset(cell, row, column)
        return self.text.count("\n", 0, offset) + 1, offset - self.text.rfind("\n", 0, offset)

    def _inside(self, piece: _Text, at: int) -> int:
        offset = piece.start
        for _ in range(at):
            letter = _LETTER.match(self.text, offset)
            assert letter is not None
            offset = letter.end()
        return offset


def _pieces(text: object) -> list[_Text]:
    pieces: Iterable[object] = text if isinstance(text, list) else [text]
    return [piece for piece in pieces if isinstance(piece, _Text)]


def _start_of_row(text: str, row: int) -> int:
    ends = _ROW_END.finditer(text)
    for _ in range(row - 1):
        start = next(ends).end()
    return start if row > 1 else 0


def _value(text: str, at: int) -> tuple[Any, int]:
    """The value that begins at an offset, and where it ends. The text is known to be JSON."""
    at = _skip(text, at)
    if text[at] == '"':
        return _string(text, at)
    if text[at] == "{":
        found: dict[str, Any] = {}
        at = _skip(text, at + 1)
        while text[at] != "}":
            key, at = _string(text, at)
            found[key], at = _value(text, _skip(text, at) + 1)
            at = _after_comma(text, at)
        return found, at + 1
    if text[at] == "[":
        items: list[Any] = []
        at = _skip(text, at + 1)
        while text[at] != "]":
            item, at = _value(text, at)
            items.append(item)
            at = _after_comma(text, at)
        return items, at + 1
    scalar = _SCALAR.match(text, at)
    assert scalar is not None
    return None, scalar.end()


def _string(text: str, at: int) -> tuple[_Text, int]:
    value, end = _DECODER.raw_decode(text, at)
    found = _Text(value)
    found.start = at + 1
    return found, end


def _skip(text: str, at: int) -> int:
    space = _SPACE.match(text, at)
    return space.end() if space else at


def _after_comma(text: str, at: int) -> int:
    at = _skip(text, at)
    return _skip(text, at + 1) if text[at] == "," else at
