"""Statements and the blocks that they stand in: where another can be put, and which can be taken out."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

import libcst as cst
from libcst.metadata import MetadataWrapper, PositionProvider, WhitespaceInclusivePositionProvider

from torchlint.findings import Edit, Location
from torchlint.semantics.spans import Position
from torchlint.source import UnreadableError

if TYPE_CHECKING:
    from torchlint.semantics.module import Module


class Numbered(Protocol):
    """A node, a function or a site: a number that leads to syntax."""

    @property
    def n(self) -> int: ...


@dataclass(frozen=True, eq=False)
class Statement:
    """A statement in the block that it stands in; several may share a line."""

    start: Position
    end: Position
    syntax: cst.CSTNode
    line: tuple[cst.CSTNode, ...]
    #: whether nothing but space stands before its line
    own_line: bool

    @property
    def is_first(self) -> bool:
        return self.line[0] is self.syntax

    @property
    def is_last(self) -> bool:
        return self.line[-1] is self.syntax

    @property
    def is_simple(self) -> bool:
        return isinstance(self.syntax, cst.BaseSmallStatement)


class StatementEditor:
    """Edits of whole statements."""

    def __init__(self, module: Module) -> None:
        from torchlint.semantics.parse import deep

        self.module = module
        self._rows = module.source.lines
        try:
            with deep():
                self.tree = cst.parse_module(module.source.text)
        except (cst.ParserSyntaxError, RecursionError):
            raise UnreadableError("libcst can't read what Python can") from None

    @cached_property
    def ranges(self) -> tuple[dict[cst.CSTNode, tuple[Position, Position]], ...]:
        """Of every node: its own range, and its range with the brackets and the space around it."""
        from torchlint.semantics.parse import deep

        with deep():
            found = MetadataWrapper(self.tree, unsafe_skip_copy=True).resolve_many(
                (PositionProvider, WhitespaceInclusivePositionProvider)
            )

        def pairs(ranges: Any) -> dict[cst.CSTNode, tuple[Position, Position]]:
            return {
                node: ((span.start.line, span.start.column), (span.end.line, span.end.column))
                for node, span in ranges.items()
            }

        return pairs(found[PositionProvider]), pairs(found[WhitespaceInclusivePositionProvider])

    def edit(self, start: Position, end: Position, content: str) -> Edit:
        source = self.module.source
        cell, row = source.place(start[0])
        # the last row of a cell has no end of its own in the joined text
        last = end[0] if end > start else start[0]
        _, end_row = source.place(last)
        return Edit(Location(source.path, row, start[1] + 1, end_row, end[1] + 1, cell), content)

    @cached_property
    def _by_place(self) -> dict[tuple[Position, Position], list[cst.CSTNode]]:
        """The expressions of the tree, and `a += b`, by where they begin and end."""
        found: dict[tuple[Position, Position], list[cst.CSTNode]] = {}
        for syntax, place in self.ranges[0].items():
            if isinstance(syntax, (cst.BaseExpression, cst.AugAssign)):
                found.setdefault(place, []).append(syntax)
        return found

    def text(self, start: Position, end: Position) -> str:
        """What is written between two places."""
        return self.module.spans.text(start, end)

    def syntax_of(self, node: Numbered) -> cst.CSTNode | None:
        """The expression that a node was made from, as libcst reads it."""
        syntax, place = self.module.syntax(node.n), self.module.span(node.n)
        kinds = _KINDS.get(type(syntax))
        if kinds is None or place is None:
            return None
        return next((found for found in self._by_place.get(place, ()) if isinstance(found, kinds)), None)

    def is_statement(self, statement: Statement, node: Numbered) -> bool:
        """Whether an expression is a statement of its own."""
        return isinstance(statement.syntax, cst.Expr) and statement.syntax.value is self.syntax_of(node)

    def statement(self, node: Numbered) -> Statement | None:
        """The innermost statement that a node stands in."""
        blocks = self._blocks_around(node)
        return blocks[-1][0][blocks[-1][1]] if blocks else None

    def before(self, node: Numbered, up: int = 0) -> Iterator[Statement]:
        """The statements before that of a node, in its block or the one `up` around it, the nearest first."""
        blocks = self._blocks_around(node)
        if len(blocks) > up:
            block, at = blocks[-1 - up]
            yield from reversed(block[:at])

    def after(self, node: Numbered) -> Iterator[Statement]:
        """The statements after that of a node, in its block."""
        blocks = self._blocks_around(node)
        if blocks:
            block, at = blocks[-1]
            yield from block[at + 1 :]

    def holds(self, statement: Statement, node: Numbered) -> bool:
        span = self.module.span(node.n)
        return span is not None and statement.start <= span[0] and span[1] <= statement.end

    def assigns(self, statement: Statement, name: str) -> bool:
        """Whether a statement may give a variable another value."""
        stack: list[cst.CSTNode] = [statement.syntax]
        while stack:
            node = stack.pop()
            if isinstance(node, (cst.AssignTarget, cst.AnnAssign, cst.NamedExpr, cst.AugAssign, cst.For, cst.AsName)):
                target = node.name if isinstance(node, cst.AsName) else node.target
                if _names(target, name):
                    return True
            elif isinstance(node, (cst.FunctionDef, cst.ClassDef)) and node.name.value == name:
                return True
            stack += node.children
        return False

    def _blocks_around(self, node: Numbered) -> list[tuple[list[Statement], int]]:
        """The blocks that a node stands in, the innermost last, each with the index of the statement."""
        span = self.module.span(node.n)
        if span is None:
            return []
        found: list[tuple[list[Statement], int]] = []
        blocks = [self.block(self.tree)]
        while blocks:
            block = blocks.pop()
            for at, statement in enumerate(block):
                if statement.start <= span[0] and span[1] <= statement.end:
                    found.append((block, at))
                    blocks = [self.block(suite) for suite in _suites(statement.syntax)]
                    break
        return found

    def block(self, suite: cst.Module | cst.BaseSuite) -> list[Statement]:
        if isinstance(suite, cst.SimpleStatementSuite):
            return self._line(suite.body, False)
        found: list[Statement] = []
        for statement in suite.body:
            if isinstance(statement, cst.SimpleStatementLine):
                found += self._line(statement.body, True)
            elif isinstance(statement, cst.BaseCompoundStatement):
                found += self._line((statement,), True)
        return found

    def _line(self, statements: Sequence[cst.CSTNode], own_line: bool) -> list[Statement]:
        line = tuple(statements)
        return [Statement(*self.ranges[0][syntax], syntax, line, own_line) for syntax in line]

    def _indent(self, statement: Statement) -> str | None:
        row, column = self.ranges[0][statement.line[0]][0]
        indent = self._rows[row - 1][:column]
        return indent if not indent.strip() else None

    def insert_before(self, statement: Statement, text: str) -> Edit | None:
        """Put a simple statement before another."""
        if not (statement.is_first and statement.own_line):
            return self.edit(statement.start, statement.start, f"{text}; ")
        indent, start = self._indent(statement), (statement.start[0], 0)
        return self.edit(start, start, f"{indent}{text}\n") if indent is not None else None

    def insert_after(self, statement: Statement, text: str) -> Edit | None:
        """Put statements, a line each, behind another."""
        if not statement.is_simple:
            indent, last = self._indent(statement), statement
            while not last.is_simple:
                suites = list(_suites(last.syntax))
                if not suites:
                    return None
                last = self.block(suites[-1])[-1]
            end = last.end[0], len(self._rows[last.end[0] - 1])
            content = "".join(f"\n{indent}{line}" for line in text.split("\n"))
            return self.edit(end, end, content) if indent is not None else None
        if not (statement.is_last and statement.own_line):
            return self.edit(statement.end, statement.end, "".join(f"; {line}" for line in text.split("\n")))
        indent, row = self._indent(statement), statement.end[0]
        end = row, len(self._rows[row - 1])
        content = "".join(f"\n{indent}{line}" for line in text.split("\n"))
        return self.edit(end, end, content) if indent is not None else None

    def remove(self, statement: Statement) -> tuple[Edit, str] | None:
        """A line without a statement, which is not the only one in its block; and the text that was removed."""
        line, at = statement.line, statement.line.index(statement.syntax)
        text = self.text(statement.start, statement.end)
        if not statement.is_last:
            return self.edit(statement.start, self.ranges[0][line[at + 1]][0], ""), text
        if not statement.is_first:
            return self.edit(self.ranges[0][line[at - 1]][1], statement.end, ""), text
        (first, column), (last, _) = statement.start, statement.end
        if not statement.own_line or self._rows[first - 1][:column].strip() or first == 1:
            return None
        end = last, len(self._rows[last - 1])
        text = self.text(statement.start, end)
        if self.module.source.place(first)[0] != self.module.source.place(first - 1)[0]:
            return None  # the first row of a cell
        return self.edit((first - 1, len(self._rows[first - 2])), end, ""), text


#: What the expressions of `ast` are in libcst. Two of one kind never stand in one place.
_KINDS: dict[type, Any] = {
    ast.Name: cst.Name,
    ast.Attribute: cst.Attribute,
    ast.Call: cst.Call,
    ast.Subscript: cst.Subscript,
    ast.Constant: (cst.BaseNumber, cst.BaseString, cst.Name, cst.Ellipsis),
    ast.JoinedStr: cst.BaseString,
    ast.Tuple: cst.Tuple,
    ast.List: cst.List,
    ast.Set: cst.Set,
    ast.Dict: cst.Dict,
    ast.BinOp: cst.BinaryOperation,
    ast.AugAssign: cst.AugAssign,
    ast.UnaryOp: cst.UnaryOperation,
    ast.BoolOp: cst.BooleanOperation,
    ast.Compare: cst.Comparison,
    ast.IfExp: cst.IfExp,
    ast.Lambda: cst.Lambda,
    ast.ListComp: cst.ListComp,
    ast.SetComp: cst.SetComp,
    ast.GeneratorExp: cst.GeneratorExp,
    ast.DictComp: cst.DictComp,
}


def _names(target: cst.CSTNode, name: str) -> bool:
    if isinstance(target, cst.Name):
        return target.value == name
    if isinstance(target, (cst.Tuple, cst.List)):
        return any(_names(element.value, name) for element in target.elements)
    return isinstance(target, cst.StarredElement) and _names(target.value, name)


def _suites(statement: cst.CSTNode) -> Iterator[cst.BaseSuite]:
    """The blocks of a compound statement."""
    if isinstance(statement, (cst.If, cst.For, cst.While, cst.With, cst.FunctionDef, cst.ClassDef)):
        yield statement.body
    if isinstance(statement, (cst.If, cst.For, cst.While)):
        if isinstance(statement.orelse, cst.Else):
            yield statement.orelse.body
        elif isinstance(statement.orelse, cst.If):
            yield from _suites(statement.orelse)
    if isinstance(statement, (cst.Try, cst.TryStar)):
        yield statement.body
        yield from (handler.body for handler in statement.handlers)
        if statement.orelse is not None:
            yield statement.orelse.body
        if statement.finalbody is not None:
            yield statement.finalbody.body
    if isinstance(statement, cst.Match):
        yield from (case.body for case in statement.cases)
