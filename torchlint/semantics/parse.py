"""The only door to libcst: text to tree, tree to value graph, numbers to positions."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import libcst as cst

from torchlint.findings import Location
from torchlint.semantics.build import Builder
from torchlint.source import UnreadableError

if TYPE_CHECKING:
    from torchlint.semantics.module import Module
    from torchlint.semantics.nodes import Function
    from torchlint.source import Source

#: Deep enough for machine-written code, shallow enough for an 8 MB stack on Python 3.10.
RECURSION_LIMIT = 4000


@contextmanager
def deep() -> Iterator[None]:
    """Lets deeply nested code, and long chains of calls, be followed to their end."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(max(before, RECURSION_LIMIT))
    try:
        yield
    finally:
        sys.setrecursionlimit(before)


def parse(source: Source) -> cst.Module:
    """Parse the text of a source.

    Raises `UnreadableError` with the row and column of a syntax error.
    """
    try:
        with deep():
            return cst.parse_module(source.text)
    except cst.ParserSyntaxError as error:
        cell, row = source.place(error.raw_line)
        raise UnreadableError(
            f"syntax error: {error.message.splitlines()[0]}", row=row, column=error.raw_column + 1, cell=cell
        ) from None
    except RecursionError:
        raise UnreadableError("nested too deeply to be read", row=1, column=1, cell=None) from None


def build(module: Module, tree: cst.Module) -> tuple[Function, list[cst.CSTNode | None]]:
    """Read a tree into the value graph; also returns the syntax behind each number."""
    builder = Builder(module)
    try:
        with deep():
            return builder.build(tree), builder.syntax
    except RecursionError:
        raise UnreadableError("nested too deeply to be read", row=1, column=1, cell=None) from None


def text(module: Module, n: int, part: str = "") -> str:
    """The source text of node `n`, or of its field `part`, of a module that still holds its tree, on one line."""
    assert module._tree is not None
    syntax = module._syntax[n] if n < len(module._syntax) else None
    if part:
        if isinstance(syntax, cst.AugAssign):
            part = {"left": "target", "right": "value"}.get(part, part)
        syntax = getattr(syntax, part, None)
    if not isinstance(syntax, (cst.BaseExpression, cst.AugAssign)):
        return ""
    if isinstance(syntax, cst.BinaryOperation) and syntax.lpar:
        syntax = syntax.with_changes(lpar=(), rpar=())
    return " ".join(module._tree.code_for_node(syntax).split())


def positions(module: Module) -> dict[int, Location]:
    """The location of every node of a module that still holds its tree."""
    from libcst.metadata import MetadataWrapper, PositionProvider

    assert module._tree is not None
    with deep():
        ranges = MetadataWrapper(module._tree, unsafe_skip_copy=True).resolve(PositionProvider)
    source, found = module.source, {}
    for n, syntax in enumerate(module._syntax):
        span = ranges.get(syntax) if syntax is not None else None
        if span is not None:
            cell, row = source.place(span.start.line)
            _, end_row = source.place(span.end.line)
            found[n] = Location(source.path, row, span.start.column + 1, end_row, span.end.column + 1, cell)
    return found
