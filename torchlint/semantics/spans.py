"""Where syntax stands, in rows and columns, and how it is written.

`ast` says where a node begins and ends, columns in bytes of UTF-8. Here they are characters, without the brackets
around a tuple or a generator, and of places that no node of `ast` stands for.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import NamedTuple, TypeAlias

from torchlint.source import Source

#: A row, from 1, and a column, from 0.
Position = tuple[int, int]


class Stretch(NamedTuple):
    """From the beginning of one node to the end of another."""

    first: ast.expr
    last: ast.expr


class Name(NamedTuple):
    """The name in a definition, or of a parameter."""

    of: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.arg


#: The nodes of `ast` that have a place.
Placed: TypeAlias = "ast.expr | ast.stmt | ast.excepthandler | ast.alias | ast.arg | ast.pattern"

#: What a number of the value graph leads to; None where there is nothing.
Syntax: TypeAlias = "Placed | ast.Module | Stretch | Name | None"

_DEFINES = re.compile(r"(?:async\s+)?(?:def|class)\s+")


class Spans:
    """The places of syntax in one source."""

    def __init__(self, source: Source) -> None:
        self._lines = source.lines

    def of(self, syntax: Syntax) -> tuple[Position, Position] | None:
        if isinstance(syntax, Stretch):
            return self.bounds(syntax.first)[0], self.bounds(syntax.last)[1]
        if isinstance(syntax, Name):
            return self._name(syntax.of)
        if isinstance(syntax, ast.Module):
            return (1, 0), (len(self._lines), len(self._lines[-1]))
        if syntax is None:
            return None
        if isinstance(syntax, ast.GeneratorExp) or (isinstance(syntax, ast.Tuple) and self._in_brackets(syntax)):
            return self._inside(syntax)
        return self.bounds(syntax)

    def text(self, start: Position, end: Position) -> str:
        """What is written between two places."""
        rows = self._lines[start[0] - 1 : end[0]]
        rows[-1] = rows[-1][: end[1]]
        rows[0] = rows[0][start[1] :]
        return "\n".join(rows)

    def bounds(self, node: Placed) -> tuple[Position, Position]:
        """Where a node of `ast` stands, with the brackets of a tuple or generator expression."""
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        return self._place(node.lineno, node.col_offset), self._place(node.end_lineno, node.end_col_offset)

    def _place(self, row: int, column: int) -> Position:
        line = self._lines[row - 1]
        if not line.isascii():
            column = len(line.encode("utf-8", "surrogatepass")[:column].decode("utf-8", "replace"))
        return row, column

    def _name(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.arg) -> tuple[Position, Position]:
        (row, column), _ = self.bounds(node)
        if isinstance(node, ast.arg):
            return (row, column), (row, column + len(node.arg))
        keyword = _DEFINES.match(self._lines[row - 1], column)
        column = keyword.end() if keyword is not None else column
        return (row, column), (row, column + len(node.name))

    def _signs(self, start: Position, end: Position) -> Iterator[tuple[Position, str]]:
        """Brackets and commas between two nodes, each with its place; no space, and no comment."""
        for row in range(start[0], end[0] + 1):
            at = start[1] if row == start[0] else 0
            code = self._lines[row - 1][at : end[1] if row == end[0] else None].partition("#")[0]
            for column, sign in enumerate(code, at):
                if not sign.isspace() and sign != "\\":
                    yield (row, column), sign

    def _in_brackets(self, node: ast.Tuple) -> bool:
        """Whether a tuple has brackets of its own: not so `(a), (b)`, which also begins and ends with one."""
        if not node.elts:
            return True
        start, end = self.bounds(node)
        first = self.bounds(node.elts[0])
        following = self.bounds(node.elts[1])[0] if len(node.elts) > 1 else end
        opened = sum(1 for _, sign in self._signs(start, first[0]) if sign == "(")
        behind = "".join(sign for _, sign in self._signs(first[1], following))
        return opened > behind.partition(",")[0].count(")")

    def _inside(self, node: ast.Tuple | ast.GeneratorExp) -> tuple[Position, Position]:
        """A place without the brackets at its ends, and without the space in them."""
        start, end = self.bounds(node)
        start, end = (start[0], start[1] + 1), (end[0], end[1] - 1)
        parts = node.elts if isinstance(node, ast.Tuple) else _parts(node)
        if not parts:
            return start, start
        first, last = self.bounds(parts[0])[0], self.bounds(parts[-1])[1]
        before = next((place for place, _ in self._signs(start, first)), first)
        behind = [(row, column + 1) for (row, column), _ in self._signs(last, end)]
        return before, behind[-1] if behind else last


def _parts(node: ast.GeneratorExp) -> list[ast.expr]:
    last = node.generators[-1]
    return [node.elt, last.iter, *last.ifs]
