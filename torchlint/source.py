"""One file, a notebook or standard input as one kind of thing: text, and the way back to cell and row."""

from __future__ import annotations

import io
import json
import os
import re
from bisect import bisect_right
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeAlias

#: CPython reads no deeper nested brackets either; libcst would overflow its stack on them.
DEEPEST_BRACKETS = 200

#: Characters of the longest text that is parsed. People write a tenth of it; a table of data takes minutes.
LONGEST = 2_000_000

#: How the bytes of a file are come by: from the disk, or from an editor that has not saved them yet.
Read: TypeAlias = "Callable[[Path], bytes]"

_NOT_BRACKETS = bytes(set(range(256)) - set(b"()[]{}"))


def from_disk(file: Path) -> bytes:
    return file.read_bytes()


class UnreadableError(Exception):
    """A file that can't be linted. Row and column count from 1; `cell` is set in a notebook."""

    def __init__(self, message: str, row: int = 1, column: int = 1, cell: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.row = row
        self.column = column
        self.cell = cell


@dataclass(frozen=True, slots=True)
class Cell:
    """The rows of one code cell of a notebook inside the joined text."""

    number: int
    first_row: int
    rows: int


@dataclass(frozen=True, slots=True)
class Source:
    """What is linted.

    `path` is shown to the user; `file` is None for standard input without a name. `text` is Python whose
    lines end in a newline alone. For a notebook it is the code cells, joined; each line that is no Python (magics,
    shell commands) is replaced by one of the same row, so that rows map back.
    """

    path: str
    file: Path | None
    text: str
    data: bytes
    cells: tuple[Cell, ...] | None = None

    def place(self, row: int) -> tuple[int | None, int]:
        """A row of `text` as (cell, row inside that cell); the cell is None in a Python file."""
        if not self.cells:
            return None, row
        index = bisect_right(self.cells, row, key=lambda cell: cell.first_row) - 1
        cell = self.cells[max(index, 0)]
        return cell.number, row - cell.first_row + 1

    def row(self, cell: int | None, row: int) -> int:
        """The reverse of `place`."""
        if cell is None or not self.cells:
            return row
        return next(known.first_row for known in self.cells if known.number == cell) + row - 1

    @property
    def lines(self) -> list[str]:
        return self.text.split("\n")

    def cell_text(self, cell: Cell) -> str:
        return "\n".join(self.lines[cell.first_row - 1 : cell.first_row - 1 + cell.rows]) + "\n"

    def broken_cells(self) -> list[UnreadableError]:
        """The syntax errors of a notebook, at most one per cell."""
        return [error for cell in self.cells or () if (error := _syntax_error(self.cell_text(cell), cell.number))]

    def without_cell(self, number: int) -> Source:
        """The same notebook with one code cell left blank."""
        cell = next(cell for cell in self.cells or () if cell.number == number)
        lines = self.lines
        lines[cell.first_row - 1 : cell.first_row - 1 + cell.rows] = [""] * cell.rows
        return replace(self, text="\n".join(lines))

    def refused(self, error: Exception) -> UnreadableError:
        """What Python's parser raised for the text as the error that it is for the user."""
        told = _refusal(error, None)
        told.cell, told.row = self.place(told.row)
        return told

    def refuse_long(self) -> None:
        """Raise `UnreadableError` for a text that would take minutes to parse."""
        if len(self.text) > LONGEST:
            size = len(self.text) / 1e6
            raise UnreadableError(f"too long to be linted ({size:.1f} MB of Python); exclude it if it is generated")

    def syntax_error(self) -> UnreadableError | None:
        """What the running Python has against the text: a quick look, for files that are not parsed otherwise."""
        return _syntax_error(self.text, None)


def source_from_lines(lines: Iterable[str], name: str, file: Path | None) -> Source:
    """A Python source that another program has read and decoded."""
    text = _newlines("".join(lines))
    return Source(name, file, text, text.encode("utf-8", "surrogatepass"))


def read_source(file: Path, shown: str | None = None, read: Read = from_disk) -> Source:
    """Read a file. Raises `UnreadableError`."""
    source = source_from_text(read_data(file, read), shown or shown_path(file), file)
    source.refuse_long()
    return source


def shown_path(file: Path) -> str:
    """The name a file is shown by: relative under the current folder, absolute elsewhere."""
    absolute = Path(os.path.abspath(file))
    try:
        return str(absolute.relative_to(Path.cwd()))
    except ValueError:
        return str(absolute)


def read_data(file: Path, read: Read = from_disk) -> bytes:
    """The bytes of a file. Raises `UnreadableError`."""
    try:
        return read(file)
    except OSError as error:
        raise UnreadableError(f"cannot be read: {error.strerror or error}") from None
    except ValueError as error:
        # a null byte in the name
        raise UnreadableError(f"cannot be read: {error}") from None


def source_from_text(data: bytes, name: str, file: Path | None) -> Source:
    """Understand bytes by the name of their file. Raises `UnreadableError`."""
    if name.endswith(".ipynb"):
        text, cells = _notebook(data)
        source = Source(name, file, text, data, cells)
    else:
        source = Source(name, file, _decode(data), data)
    _refuse_deep_nesting(source)
    return source


# ------------------------------------------------------------------- text


def _decode(data: bytes) -> str:
    """Text of a Python file, by its byte order mark and its PEP 263 cookie."""
    null = data.find(b"\0")
    if null >= 0:
        raise UnreadableError("a null byte: this is no Python source", *_position(data, null))
    import tokenize

    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        raise UnreadableError(f"cannot be decoded as {error.encoding}", *_position(data, error.start)) from None
    except (SyntaxError, LookupError, ValueError) as error:
        # no such codec, one that is not for text (rot13), or bytes before the cookie that are no UTF-8
        try:
            data.decode("utf-8")
        except UnicodeDecodeError as undecodable:
            raise UnreadableError("cannot be decoded as utf-8", *_position(data, undecodable.start)) from None
        raise UnreadableError(f"cannot be decoded: {error}", _cookie_row(data)) from None
    return _newlines(text)


def _position(data: bytes, offset: int) -> tuple[int, int]:
    before = data[:offset]
    return before.count(b"\n") + 1, offset - (before.rfind(b"\n") + 1) + 1


def _cookie_row(data: bytes) -> int:
    return 1 if b"coding" in data.partition(b"\n")[0] else 2


def _newlines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def _refuse_deep_nesting(source: Source) -> None:
    rest = source.text.encode("utf-8", "replace").translate(None, _NOT_BRACKETS)
    depth = 0
    while len(rest) > DEEPEST_BRACKETS:
        shorter = rest.replace(b"()", b"").replace(b"[]", b"").replace(b"{}", b"")
        if len(shorter) == len(rest):
            break
        rest = shorter
        depth += 1
    # brackets in strings and comments can leave a rest, but not often a long one: look closer then
    if len(rest) > DEEPEST_BRACKETS or depth > DEEPEST_BRACKETS:
        error = _syntax_error(source.text, None)
        if error is not None and "nested" in error.message:
            cell, row = source.place(error.row)
            raise UnreadableError("brackets are nested too deeply", row, error.column, cell)


def _syntax_error(text: str, cell: int | None) -> UnreadableError | None:
    from torchlint.grammar import REFUSALS, tree_of

    try:
        tree_of(text)
    except REFUSALS as error:
        return _refusal(error, cell)
    return None


def _refusal(error: Exception, cell: int | None) -> UnreadableError:
    """What Python's parser raised, in our words."""
    if isinstance(error, SyntaxError):
        return UnreadableError(f"syntax error: {error.msg}", max(error.lineno or 1, 1), max(error.offset or 1, 1), cell)
    if isinstance(error, ValueError):
        return UnreadableError(f"syntax error: {error}", cell=cell)
    return UnreadableError("nested too deeply to be read", cell=cell)


# --------------------------------------------------------------- notebooks


def _notebook(data: bytes) -> tuple[str, tuple[Cell, ...]]:
    """The Python text of a notebook, and where its cells are in it."""
    cells: list[Cell] = []
    texts: list[str] = []
    row = 1
    for number, text in enumerate(_code_cells(data), start=1):
        lines = _python_of_cell(_newlines(text)).split("\n")
        cells.append(Cell(number, row, len(lines)))
        texts += lines
        row += len(lines)
    return "\n".join(texts) + "\n" if texts else "", tuple(cells)


def _code_cells(data: bytes) -> list[str]:
    """The text of the code cells of a notebook."""
    if not data.strip():
        raise UnreadableError("the file is empty: this is no notebook")
    try:
        book = json.loads(data)
    except json.JSONDecodeError as error:
        raise UnreadableError(f"broken notebook: {error.msg}", error.lineno, error.colno) from None
    except (UnicodeError, RecursionError, ValueError) as error:
        raise UnreadableError(f"broken notebook: {error}") from None
    if not isinstance(book, dict) or not ("cells" in book or "worksheets" in book):
        raise UnreadableError("broken notebook: no list of cells in it")
    return [joined(text) for text in code_texts(book)]


def code_texts(book: dict[str, Any]) -> list[object]:
    """What stands for the text of each code cell, in format 3 or 4; no cells if the language is not Python."""
    if _language(book.get("metadata")) not in ("python", "ipython", ""):
        return []
    sheets = book.get("worksheets", [book])
    found: list[object] = []
    for sheet in sheets if isinstance(sheets, list) else ():
        cells = sheet.get("cells") if isinstance(sheet, dict) else None
        for cell in cells if isinstance(cells, list) else ():
            if isinstance(cell, dict) and cell.get("cell_type") == "code":
                python = str(cell.get("language") or "python").lower() in ("python", "ipython")
                found.append(cell.get("source", cell.get("input")) if python else "")
    return found


def joined(text: object) -> str:
    """The text of a cell, which is a string or a list of lines."""
    if isinstance(text, list):
        return "".join(line for line in text if isinstance(line, str))
    return text if isinstance(text, str) else ""


def _language(metadata: object) -> str:
    """The language of a notebook in lower case and without its version; empty if it does not say."""
    if not isinstance(metadata, dict):
        return ""
    for place, key in (("kernelspec", "language"), ("language_info", "name")):
        about = metadata.get(place)
        if isinstance(about, dict) and isinstance(about.get(key), str):
            return str(about[key]).lower().rstrip("0123456789. ")
    return ""


# ---------------------------------------------------------- lines of IPython

#: `%%` magics whose cell is Python that runs in the notebook itself.
_PYTHON_CELLS = frozenset(
    {"time", "timeit", "capture", "prun", "memit", "mprun", "debug", "wandb", "notify", "snakeviz", "scalene", "px"}
)

_MAGIC = re.compile(r"[ \t]*[%!]")
_HELP = re.compile(r"[ \t]*(\?{1,2}\s*%{0,2}[\w.*]+|%{0,2}[A-Za-z_][\w.*\[\]]*\s*\?{1,2}|\?+)\s*$")
_ASSIGNED = re.compile(r"(?P<target>[ \t]*[A-Za-z_][\w., \t\[\]*]*)=[ \t]*(?:!|%[A-Za-z])")
# commands that IPython runs without a sign before them, where Python would see two names in a row
_BARE = re.compile(
    r"[ \t]*(?:pip3?|conda|mamba|cd|ls|mkdir|cp|mv|cat|rm)[ \t]+"
    r"(?!(?:in|is|and|or|if|not|for)\b)(?:[A-Za-z]|[-./~]+[\w*]|[.~]+[ \t]*$)"
)
_SUSPECT = re.compile(r"^[ \t]*[%!?]|\?[ \t]*$|=[ \t]*[!%]|" + f"^{_BARE.pattern}", re.MULTILINE)

#: The pieces that decide whether the next line begins a statement.
_PIECE = re.compile(
    r"""\#.* | \"{3} | '{3} | "(?:\\.|[^"\\])*"? | '(?:\\.|[^'\\])*'? | [\[({] | [\])}] | \\$""", re.VERBOSE
)


def _python_of_cell(text: str) -> str:
    """A cell as Python: rows stay, lines that only IPython understands become `pass` or blank."""
    lines = text.split("\n")
    first = next((n for n, line in enumerate(lines) if line.strip()), None)
    if first is None:
        return text
    while lines[first].startswith("%%"):
        magic = re.match(r"%%(\w*)", lines[first])
        if magic is None or magic[1] not in _PYTHON_CELLS:
            return "\n" * (len(lines) - 1)
        lines[first] = ""
        first = next((n for n, line in enumerate(lines) if line.strip()), None)
        if first is None:
            return "\n".join(lines)
    margin = lines[first][: len(lines[first]) - len(lines[first].lstrip(" \t"))]
    if margin and all(line.startswith(margin) or not line.strip() for line in lines):
        # IPython runs a cell that is indented as a whole
        lines = [line[len(margin) :] for line in lines]
    if _SUSPECT.search(text):
        _replace_commands(lines)
    return "\n".join(lines)


def _replace_commands(lines: list[str]) -> None:
    """Replace the statements of a cell that are commands to IPython, in place."""
    scanner = _Scanner()
    n = 0
    while n < len(lines):
        python = _without_command(lines[n]) if scanner.at_statement else None
        if python is None:
            scanner.read(lines[n])
            n += 1
            continue
        continued = lines[n].endswith("\\")
        lines[n] = python
        n += 1
        while continued and n < len(lines):
            continued = lines[n].endswith("\\")
            lines[n] = ""
            n += 1


def _without_command(line: str) -> str | None:
    """Python in place of a line that is a command to IPython, None for a line of Python."""
    assigned = _ASSIGNED.match(line)
    if assigned:
        # as IPython itself translates it: a value that nothing is known about
        return f"{assigned['target']}= get_ipython()"
    if _MAGIC.match(line) or _HELP.match(line) or _BARE.match(line):
        return line[: len(line) - len(line.lstrip(" \t"))] + "pass"
    return None


class _Scanner:
    """Reads lines of Python one by one and knows whether the next one begins a statement."""

    def __init__(self) -> None:
        self._depth = 0
        self._quote = ""
        self._continued = False

    @property
    def at_statement(self) -> bool:
        return not (self._depth or self._quote or self._continued)

    def read(self, line: str) -> None:
        self._continued = False
        at = 0
        while at < len(line):
            if self._quote:
                end = self._end_of_string(line, at)
                if end < 0:
                    return
                self._quote, at = "", end
                continue
            piece = _PIECE.search(line, at)
            if piece is None:
                return
            token, at = piece[0], piece.end()
            if token in ('"""', "'''"):
                self._quote = token
            elif token in "([{":
                self._depth += 1
            elif token in ")]}":
                self._depth = max(self._depth - 1, 0)
            elif token == "\\":
                self._continued = True

    def _end_of_string(self, line: str, at: int) -> int:
        while at < len(line):
            if line[at] == "\\":
                at += 2
            elif line.startswith(self._quote, at):
                return at + 3
            else:
                at += 1
        return -1
