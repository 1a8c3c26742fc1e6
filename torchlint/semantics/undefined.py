"""Code that ends at a name which nothing defines: what stands behind it never runs, and harms nobody."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torchlint.semantics.module import Module

#: Names of Python 2, and of consoles, that code may count on.
_ELSEWHERE = frozenset(
    {
        "unicode", "xrange", "raw_input", "reduce", "long", "basestring", "unichr", "file", "cmp", "execfile", "reload",
        "buffer", "apply", "intern", "display", "get_ipython", "profile",
    }
)  # fmt: skip
_KNOWN = frozenset(dir(builtins)) | _ELSEWHERE

#: What may define a name behind the reader's back.
_UNSEEN = (b"globals()", b"locals()", b"exec(", b"vars(", b"__dict__", b"builtins", b"%run", b"%pylab")

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_SCOPES = (*_FUNCTIONS, ast.ClassDef, ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


def is_behind_undefined_name(module: Module, n: int) -> bool:
    """Whether the code around node `n` asks, in any case, for a name that nothing defines."""
    tree = module.syntax(module.top.n)
    if not isinstance(tree, ast.Module) or module.source.cells or not any(map(_does_something, tree.body)):
        return False  # a class alone, without its imports, is an excerpt of something that runs
    if any(sign in module.source.data for sign in _UNSEEN):
        return False
    stars = [module.project.find(module, *star) for star in module.star_imports]
    span = module.span(n)
    if span is None or None in stars:
        return False
    path = _path(tree.body, span[0][0])
    known = _KNOWN | _bound(tree) | {name for statement in path for name in _bound(statement)}
    return any(
        not name.startswith("__") and not any(star and module.evaluator.names.member(star, name, 0) for star in stars)
        for name in dict.fromkeys((*_asked(tree.body, span[0][0]), *_asked_first(tree.body, path)))
        if name not in known
    )


def _asked_first(block: list[ast.stmt], path: list[ast.stmt]) -> Iterator[str]:
    """The names that a program reads before it does anything with what its file defines, for code in a function."""
    if any(isinstance(statement, _FUNCTIONS) for statement in path):
        functions = {statement.name for statement in block if isinstance(statement, _FUNCTIONS)}
        for statement in _program(block):
            named = {node.id for node in ast.walk(statement) if isinstance(node, ast.Name)}
            if isinstance(statement, (ast.For, ast.While, ast.Try)) or named & functions:
                return
            yield from _read_at_once(statement)


def _program(block: list[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements of the top level in their order, with those under `if __name__ == "__main__"`."""
    for statement in block:
        if isinstance(statement, ast.If) and "__name__" in _names(statement.test):
            yield from statement.body
        elif not isinstance(statement, (*_FUNCTIONS, ast.ClassDef)):
            yield statement


def _does_something(statement: ast.stmt) -> bool:
    """Whether a statement of the top level runs code: that of a program."""
    if isinstance(statement, ast.Expr):
        return isinstance(statement.value, ast.Call)
    return isinstance(statement, (ast.If, ast.For, ast.While, ast.With, ast.Try))


def _path(block: list[ast.stmt], row: int) -> list[ast.stmt]:
    """The statements around a row, outermost first."""
    for statement in block:
        if statement.lineno <= row <= (statement.end_lineno or statement.lineno):
            inner = [found for part in _blocks(statement) for found in _path(part, row)]
            return [statement, *inner]
    return []


def _blocks(statement: ast.AST) -> Iterator[list[ast.stmt]]:
    for name in ("body", "orelse", "finalbody", "handlers", "cases"):
        block = getattr(statement, name, None)
        if isinstance(block, list):
            if block and not isinstance(block[0], ast.stmt):
                for part in block:
                    yield from _blocks(part)
            else:
                yield block


def _bound(scope: ast.AST) -> set[str]:
    """Every name that something in a piece of code defines, wherever that is."""
    found: set[str] = set()
    for node in ast.walk(scope):
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            found.add(node.id)
        elif isinstance(node, (*_FUNCTIONS, ast.ClassDef)):
            found.add(node.name)
        elif isinstance(node, ast.arg):
            found.add(node.arg)
        elif isinstance(node, ast.alias):
            found.add((node.asname or node.name).partition(".")[0])
        elif isinstance(node, (ast.Global, ast.Nonlocal)):
            found.update(node.names)
        elif isinstance(node, (ast.ExceptHandler, ast.MatchAs, ast.MatchStar)) and node.name:
            found.add(node.name)
        elif isinstance(node, ast.MatchMapping) and node.rest:
            found.add(node.rest)
    return found


def _asked(block: list[ast.stmt], row: int, whole: bool = False) -> Iterator[str]:
    """The names that are read in any case on the way to a row: before it, and, in a function or a loop (`whole`: a
    round that breaks off did not happen), behind it.
    """
    inside = False
    for statement in block:
        if statement.lineno <= row <= (statement.end_lineno or statement.lineno):
            inside = True
            yield from _read_at_once(statement)
            if isinstance(statement, ast.Try):
                return
            deeper = whole or isinstance(statement, (*_FUNCTIONS, ast.For, ast.AsyncFor, ast.While))
            for part in _blocks(statement):
                if any(one.lineno <= row <= (one.end_lineno or one.lineno) for one in part):
                    yield from _asked(part, row, deeper)
        elif not inside or whole:
            yield from _read_at_once(statement)


def _read_at_once(statement: ast.stmt) -> Iterator[str]:
    """The names that a statement reads whatever the outcome of conditions is, without those of its blocks."""
    if isinstance(statement, (ast.If, ast.While)):
        yield from _names(statement.test)
    elif isinstance(statement, (ast.For, ast.AsyncFor)):
        yield from _names(statement.iter)
    elif isinstance(statement, (ast.With, ast.AsyncWith)):
        for item in statement.items:
            yield from _names(item.context_expr)
    elif isinstance(statement, (ast.Expr, ast.Assign, ast.AugAssign, ast.Return)) and statement.value is not None:
        yield from _names(statement.value)


def _names(expression: ast.expr) -> Iterator[str]:
    if isinstance(expression, ast.Name):
        if isinstance(expression.ctx, ast.Load):
            yield expression.id
    elif isinstance(expression, ast.BoolOp):
        yield from _names(expression.values[0])
    elif isinstance(expression, ast.IfExp):
        yield from _names(expression.test)
    elif isinstance(expression, (ast.ListComp, ast.SetComp, ast.DictComp)):
        yield from _names(expression.generators[0].iter)
        if not isinstance(expression, ast.DictComp):
            yield from _names(expression.elt)
    elif not isinstance(expression, _SCOPES):
        for part in ast.iter_child_nodes(expression):
            if isinstance(part, ast.expr):
                yield from _names(part)
            elif isinstance(part, ast.keyword):
                yield from _names(part.value)
