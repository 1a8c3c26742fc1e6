"""The door to Python's parser: text to tree, tree to value graph, numbers to places and to text."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from torchlint.grammar import REFUSALS, tree_of
from torchlint.semantics.build import Builder

if TYPE_CHECKING:
    from torchlint.semantics.functions import Function
    from torchlint.semantics.module import Module
    from torchlint.semantics.spans import Spans, Syntax
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


def parse(source: Source) -> ast.Module:
    """Parse the text of a source.

    Raises `UnreadableError` with the row and column of a syntax error.
    """
    try:
        with deep():
            return tree_of(source.text)
    except REFUSALS as error:
        tree = _newer(source.text) if isinstance(error, SyntaxError) else None
        if tree is None:
            raise source.refused(error) from None
        return tree


def _newer(text: str) -> ast.Module | None:
    """The tree of a text that is written in the grammar of a newer Python than the one that runs."""
    from torchlint.semantics.newer import in_older_grammar

    try:
        with deep():
            older = in_older_grammar(text)
            return tree_of(older) if older is not None else None
    except REFUSALS:
        return None


def build(module: Module, tree: ast.Module) -> tuple[Function, list[Syntax]]:
    """Read a tree into the value graph; also returns the syntax behind each number."""
    builder = Builder(module)
    try:
        with deep():
            return builder.build(tree), builder.syntax
    except RecursionError as error:
        raise module.source.refused(error) from None


def text(spans: Spans, syntax: Syntax, part: str = "") -> str:
    """How an expression, or its part `left` or `right`, is written, on one line; "" for other syntax."""
    if isinstance(syntax, ast.AugAssign) and part:
        syntax = {"left": syntax.target, "right": syntax.value}.get(part)
    elif part:
        syntax = getattr(syntax, part, None)
    if not isinstance(syntax, (ast.expr, ast.AugAssign)):
        return ""
    return " ".join(spans.text(*spans.bounds(syntax)).split())
