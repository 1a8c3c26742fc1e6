"""Edits of a file's text, placed by the syntax behind its nodes: what is not edited keeps its form and its comments.

Rules say what to change in terms of the program (put a statement before this one, take that argument instead of the
call) and get `Edit`s. What can't be written without doubt gives None.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

import libcst as cst
from libcst.metadata import MetadataWrapper, PositionProvider, WhitespaceInclusivePositionProvider

from torchlint.findings import Edit, Location
from torchlint.semantics.nodes import Function, Imported

if TYPE_CHECKING:
    from torchlint.semantics.module import Module

#: Expressions that bind closer than any operator.
_PRIMARY = (
    cst.Name,
    cst.Attribute,
    cst.Call,
    cst.Subscript,
    cst.SimpleString,
    cst.List,
    cst.Dict,
    cst.ListComp,
    cst.DictComp,
)


class Numbered(Protocol):
    """A node, a function or a site: a number that leads to syntax."""

    @property
    def n(self) -> int: ...


#: A row, from 1, and a column, from 0.
_Position = tuple[int, int]


@dataclass(frozen=True, eq=False)
class Span:
    """An expression as it is written, with the brackets around it."""

    start: _Position
    end: _Position
    text: str
    syntax: cst.BaseExpression

    @property
    def primary(self) -> str:
        """The text as it can stand before a dot or behind any operator."""
        # a number before a dot would be another number
        return self.text if isinstance(self.syntax, _PRIMARY) or self.syntax.lpar else f"({self.text})"

    @property
    def is_name(self) -> bool:
        """Whether it is a name, or a name with attributes: it can be written twice."""
        syntax: cst.BaseExpression = self.syntax
        while isinstance(syntax, cst.Attribute) and not syntax.lpar:
            syntax = syntax.value
        return isinstance(syntax, cst.Name) and not syntax.lpar and "\n" not in self.text

    @property
    def is_literal(self) -> bool:
        return isinstance(self.syntax, (cst.BaseNumber, cst.BaseString))

    @property
    def root(self) -> str:
        """The variable at the front."""
        syntax: cst.BaseExpression = self.syntax
        while isinstance(syntax, (cst.Attribute, cst.Subscript)):
            syntax = syntax.value
        return syntax.value if isinstance(syntax, cst.Name) else ""


@dataclass(frozen=True, eq=False)
class Statement:
    """A statement in the block that it stands in; several may share a line."""

    start: _Position
    end: _Position
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


class Editor:
    def __init__(self, module: Module, tree: cst.Module, syntax: Sequence[cst.CSTNode | None]) -> None:
        self._module, self._tree, self._syntax = module, tree, syntax
        self._rows = module.source.lines

    @cached_property
    def _ranges(self) -> tuple[dict[cst.CSTNode, tuple[_Position, _Position]], ...]:
        """Of every node: its own range, and its range with the brackets and the space around it."""
        from torchlint.semantics.parse import deep

        with deep():
            found = MetadataWrapper(self._tree, unsafe_skip_copy=True).resolve_many(
                (PositionProvider, WhitespaceInclusivePositionProvider)
            )

        def pairs(ranges: Any) -> dict[cst.CSTNode, tuple[_Position, _Position]]:
            return {
                node: ((span.start.line, span.start.column), (span.end.line, span.end.column))
                for node, span in ranges.items()
            }

        return pairs(found[PositionProvider]), pairs(found[WhitespaceInclusivePositionProvider])

    @cached_property
    def _parents(self) -> dict[cst.CSTNode, cst.CSTNode]:
        parents: dict[cst.CSTNode, cst.CSTNode] = {}
        stack: list[cst.CSTNode] = [self._tree]
        while stack:
            node = stack.pop()
            for child in node.children:
                parents[child] = node
                stack.append(child)
        return parents

    # ---------------------------------------------------------- expressions

    def span(self, node: Numbered) -> Span | None:
        """The expression that a node was made from; a variable has none of its own."""
        return self._span(self._syntax_of(node))

    def base(self, node: Numbered) -> Span | None:
        """`x` of `x.f`, or of the call `x.f()`."""
        syntax = self._syntax_of(node)
        if isinstance(syntax, cst.Call):
            syntax = syntax.func
        return self._span(syntax.value) if isinstance(syntax, cst.Attribute) else None

    def callee(self, call: Numbered) -> Span | None:
        """`f` of `f()`."""
        syntax = self._syntax_of(call)
        return self._span(syntax.func) if isinstance(syntax, cst.Call) else None

    def argument(self, call: Numbered, index: int, keyword: str) -> Span | None:
        """An argument by its position or name."""
        syntax = self._syntax_of(call)
        if not isinstance(syntax, cst.Call) or any(arg.star for arg in syntax.args):
            return None
        placed = [arg for arg in syntax.args if arg.keyword is None]
        named = [arg for arg in syntax.args if arg.keyword is not None and arg.keyword.value == keyword]
        arg = placed[index] if index < len(placed) else named[0] if named else None
        return self._span(arg.value) if arg is not None else None

    def operand(self, node: Numbered, side: str) -> Span | None:
        """The `left` or `right` of an operation, or what a sign stands before."""
        syntax = self._syntax_of(node)
        if isinstance(syntax, cst.BinaryOperation):
            return self._span(syntax.left if side == "left" else syntax.right)
        if isinstance(syntax, cst.AugAssign):
            return self._span(syntax.target if side == "left" else syntax.value)
        return self._span(syntax.expression) if isinstance(syntax, cst.UnaryOperation) else None

    def _syntax_of(self, node: Numbered) -> cst.CSTNode | None:
        return self._syntax[node.n] if node.n < len(self._syntax) else None

    def _span(self, syntax: cst.CSTNode | None) -> Span | None:
        if not isinstance(syntax, cst.BaseExpression):
            return None
        start, end = self._ranges[1][syntax]
        return Span(start, end, self._text(start, end), syntax)

    def _text(self, start: _Position, end: _Position) -> str:
        rows = self._rows[start[0] - 1 : end[0]]
        rows[-1] = rows[-1][: end[1]]
        rows[0] = rows[0][start[1] :]
        return "\n".join(rows)

    def between(self, start: _Position, end: _Position) -> str:
        """What is written between two places."""
        return self._text(start, end)

    # ---------------------------------------------------------------- edits

    def edit(self, start: _Position, end: _Position, content: str) -> Edit:
        source = self._module.source
        cell, row = source.place(start[0])
        # the last row of a cell has no end of its own in the joined text
        last = end[0] if end > start else start[0]
        _, end_row = source.place(last)
        return Edit(Location(source.path, row, start[1] + 1, end_row, end[1] + 1, cell), content)

    def replace(self, span: Span, content: str) -> Edit:
        return self.edit(span.start, span.end, content)

    def behind(self, span: Span, content: str) -> list[Edit]:
        """`content` behind an expression as its suffix: `x` becomes `x.float()`, `a + b` becomes `(a + b).float()`."""
        if span.primary == span.text:
            return [self.edit(span.end, span.end, content)]
        return [self.edit(span.start, span.start, "("), self.edit(span.end, span.end, f"){content}")]

    def instead(self, whole: Span, part: Span) -> Edit:
        """A part of an expression in the place of the whole."""
        text = part.text
        parent = self._parents.get(whole.syntax)
        alone = isinstance(
            parent,
            (cst.Assign, cst.AnnAssign, cst.Return, cst.Arg, cst.AugAssign, cst.Element, cst.DictElement, cst.Index),
        )
        if not alone:
            text = part.primary
        elif "\n" in text and not part.syntax.lpar and not self._inside_brackets(whole.syntax):
            text = f"({text})"
        return self.replace(whole, text)

    def _inside_brackets(self, syntax: cst.CSTNode) -> bool:
        """Whether a line may end anywhere inside an expression."""
        node: cst.CSTNode | None = syntax
        while node is not None and not isinstance(node, cst.BaseSmallStatement):
            if isinstance(node, (cst.Arg, cst.SubscriptElement)) or (
                node is not syntax and getattr(node, "lpar", None)
            ):
                return True
            node = self._parents.get(node)
        return False

    def with_argument(self, call: Numbered, text: str) -> Edit | None:
        """One argument more at the end of a call."""
        syntax = self._syntax_of(call)
        if not isinstance(syntax, cst.Call) or any(arg.star for arg in syntax.args):
            return None
        if not syntax.args:
            (row, column) = self._ranges[0][syntax][1]
            return self.edit((row, column - 1), (row, column - 1), text)
        last = syntax.args[-1]
        end = self._ranges[1][last.value][1]
        return self.edit(end, end, f", {text}")

    def without_argument(self, syntax: cst.CSTNode) -> Edit | None:
        """A call or list without one of its elements, which is the last, and not the only one."""
        arg = self._parents.get(syntax)
        holder = self._parents.get(arg) if arg is not None else None
        if isinstance(arg, cst.Arg) and isinstance(holder, cst.Call) and arg.keyword is None and not arg.star:
            elements: Sequence[cst.Arg | cst.BaseElement] = holder.args
        elif isinstance(arg, cst.Element) and isinstance(holder, cst.List):
            elements = holder.elements
        else:
            return None
        if len(elements) < 2 or elements[-1] is not arg:
            return None
        start, end = self._ranges[1][elements[-2].value][1], self._ranges[1][syntax][1]
        if "#" in self._text(start, self._ranges[1][syntax][0]):
            return None  # a comment would be lost
        return self.edit(start, end, "")

    def is_element(self, node: Numbered, names: Sequence[str]) -> bool:
        """Whether an expression is an argument of a call of one of these names, or in a list that is."""
        syntax = self._syntax_of(node)
        for _ in range(4):
            syntax = self._parents.get(syntax) if syntax is not None else None
            if isinstance(syntax, cst.Call):
                name = syntax.func.attr if isinstance(syntax.func, cst.Attribute) else syntax.func
                return isinstance(name, cst.Name) and name.value in names
        return False

    def without_element(self, node: Numbered) -> Edit | None:
        syntax = self._syntax_of(node)
        return self.without_argument(syntax) if syntax is not None else None

    def imported(self, path: str, scope: Function) -> tuple[str, tuple[Edit, ...]] | None:
        """A module as `scope` can name it, and the edit that imports it if none does; None if the name is taken."""
        names = self._module.top.bindings
        for name, values in names.items():
            if all(isinstance(v, Imported) and v.name is None and v.path == path for v in values):
                return name, ()
        if path in names or path in scope.bindings:
            return None
        for statement in self._block(self._tree):
            first = statement.syntax
            future = isinstance(first, cst.ImportFrom) and getattr(first.module, "value", None) == "__future__"
            if isinstance(first, (cst.Import, cst.ImportFrom)) and not future:
                # the standard library stands apart from what is installed
                gap = "" if _package(first) in sys.stdlib_module_names else "\n"
                edit = self.insert_before(statement, f"import {path}{gap}")
                return (path, (edit,)) if edit is not None else None
        return None

    # ----------------------------------------------------------- statements

    def is_statement(self, statement: Statement, node: Numbered) -> bool:
        """Whether an expression is a statement of its own."""
        return isinstance(statement.syntax, cst.Expr) and statement.syntax.value is self._syntax_of(node)

    def statement(self, node: Numbered) -> Statement | None:
        """The innermost statement that a node stands in."""
        found = self._block_of(node)
        return found[0][found[1]] if found is not None else None

    def assigned(self, statement: Statement) -> Span | None:
        """`value` of `target = value`, with one target."""
        syntax = statement.syntax
        return self._span(syntax.value) if isinstance(syntax, cst.Assign) and len(syntax.targets) == 1 else None

    def target(self, statement: Statement) -> Span | None:
        """`target` of `target = value`, with one target."""
        syntax = statement.syntax
        one = isinstance(syntax, cst.Assign) and len(syntax.targets) == 1
        return self._span(syntax.targets[0].target) if one and isinstance(syntax, cst.Assign) else None

    def before(self, node: Numbered) -> Iterator[Statement]:
        """The statements before that of a node, in its block, the nearest first."""
        found = self._block_of(node)
        if found is not None:
            block, at = found
            yield from reversed(block[:at])

    def after(self, node: Numbered) -> Iterator[Statement]:
        """The statements after that of a node, in its block."""
        found = self._block_of(node)
        if found is not None:
            block, at = found
            yield from block[at + 1 :]

    def holds(self, statement: Statement, node: Numbered) -> bool:
        syntax = self._syntax_of(node)
        span = self._ranges[0].get(syntax) if syntax is not None else None
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

    def _block_of(self, node: Numbered) -> tuple[list[Statement], int] | None:
        syntax = self._syntax_of(node)
        span = self._ranges[0].get(syntax) if syntax is not None else None
        if span is None:
            return None
        found: tuple[list[Statement], int] | None = None
        blocks = [self._block(self._tree)]
        while blocks:
            block = blocks.pop()
            for at, statement in enumerate(block):
                if statement.start <= span[0] and span[1] <= statement.end:
                    found = block, at
                    blocks = [self._block(suite) for suite in _suites(statement.syntax)]
                    break
        return found

    def _block(self, suite: cst.Module | cst.BaseSuite) -> list[Statement]:
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
        return [Statement(*self._ranges[0][syntax], syntax, line, own_line) for syntax in line]

    def _indent(self, statement: Statement) -> str | None:
        row, column = self._ranges[0][statement.line[0]][0]
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
                last = self._block(suites[-1])[-1]
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
        text = self._text(statement.start, statement.end)
        if not statement.is_last:
            return self.edit(statement.start, self._ranges[0][line[at + 1]][0], ""), text
        if not statement.is_first:
            return self.edit(self._ranges[0][line[at - 1]][1], statement.end, ""), text
        (first, column), (last, _) = statement.start, statement.end
        if not statement.own_line or self._rows[first - 1][:column].strip() or first == 1:
            return None
        end = last, len(self._rows[last - 1])
        text = self._text(statement.start, end)
        if self._module.source.place(first)[0] != self._module.source.place(first - 1)[0]:
            return None  # the first row of a cell
        return self.edit((first - 1, len(self._rows[first - 2])), end, ""), text


def _package(statement: cst.Import | cst.ImportFrom) -> str:
    """The first name of what an import imports."""
    name: cst.CSTNode | None = statement.names[0].name if isinstance(statement, cst.Import) else statement.module
    while isinstance(name, cst.Attribute):
        name = name.value
    return name.value if isinstance(name, cst.Name) else ""


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
