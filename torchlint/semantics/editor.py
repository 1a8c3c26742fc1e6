"""Edits of a file's text, placed by the syntax behind its nodes: what is not edited keeps its form and its comments.

Rules say what to change in terms of the program (put a statement before this one, take that argument instead of the
call) and get `Edit`s. What can't be written without doubt gives None.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import libcst as cst

from torchlint.findings import Edit
from torchlint.semantics.functions import Function
from torchlint.semantics.nodes import Imported
from torchlint.semantics.spans import Position
from torchlint.semantics.statements import Numbered, Statement, StatementEditor

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


@dataclass(frozen=True, eq=False)
class Span:
    """An expression as it is written, with the brackets around it."""

    start: Position
    end: Position
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


class Editor(StatementEditor):
    """Edits of expressions, and of statements."""

    @cached_property
    def _parents(self) -> dict[cst.CSTNode, cst.CSTNode]:
        parents: dict[cst.CSTNode, cst.CSTNode] = {}
        stack: list[cst.CSTNode] = [self.tree]
        while stack:
            node = stack.pop()
            for child in node.children:
                parents[child] = node
                stack.append(child)
        return parents

    # ---------------------------------------------------------- expressions

    def span(self, node: Numbered) -> Span | None:
        """The expression that a node was made from; a variable has none of its own."""
        return self._span(self.syntax_of(node))

    def base(self, node: Numbered) -> Span | None:
        """`x` of `x.f`, or of the call `x.f()`."""
        syntax = self.syntax_of(node)
        if isinstance(syntax, cst.Call):
            syntax = syntax.func
        return self._span(syntax.value) if isinstance(syntax, cst.Attribute) else None

    def callee(self, call: Numbered) -> Span | None:
        """`f` of `f()`."""
        syntax = self.syntax_of(call)
        return self._span(syntax.func) if isinstance(syntax, cst.Call) else None

    def argument(self, call: Numbered, index: int, keyword: str) -> Span | None:
        """An argument by its position or name."""
        syntax = self.syntax_of(call)
        if not isinstance(syntax, cst.Call) or any(arg.star for arg in syntax.args):
            return None
        placed = [arg for arg in syntax.args if arg.keyword is None]
        named = [arg for arg in syntax.args if arg.keyword is not None and arg.keyword.value == keyword]
        arg = placed[index] if index < len(placed) else named[0] if named else None
        return self._span(arg.value) if arg is not None else None

    def operand(self, node: Numbered, side: str) -> Span | None:
        """The `left` or `right` of an operation, or what a sign stands before."""
        syntax = self.syntax_of(node)
        if isinstance(syntax, cst.BinaryOperation):
            return self._span(syntax.left if side == "left" else syntax.right)
        if isinstance(syntax, cst.AugAssign):
            return self._span(syntax.target if side == "left" else syntax.value)
        return self._span(syntax.expression) if isinstance(syntax, cst.UnaryOperation) else None

    def _span(self, syntax: cst.CSTNode | None) -> Span | None:
        if not isinstance(syntax, cst.BaseExpression):
            return None
        start, end = self.ranges[1][syntax]
        return Span(start, end, self.text(start, end), syntax)

    # ---------------------------------------------------------------- edits

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
        syntax = self.syntax_of(call)
        if not isinstance(syntax, cst.Call) or any(arg.star for arg in syntax.args):
            return None
        if not syntax.args:
            (row, column) = self.ranges[0][syntax][1]
            return self.edit((row, column - 1), (row, column - 1), text)
        last = syntax.args[-1]
        end = self.ranges[1][last.value][1]
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
        start, end = self.ranges[1][elements[-2].value][1], self.ranges[1][syntax][1]
        if "#" in self.text(start, self.ranges[1][syntax][0]):
            return None  # a comment would be lost
        return self.edit(start, end, "")

    def is_element(self, node: Numbered, names: Sequence[str]) -> bool:
        """Whether an expression is an argument of a call of one of these names, or in a list that is."""
        syntax = self.syntax_of(node)
        for _ in range(4):
            syntax = self._parents.get(syntax) if syntax is not None else None
            if isinstance(syntax, cst.Call):
                name = syntax.func.attr if isinstance(syntax.func, cst.Attribute) else syntax.func
                return isinstance(name, cst.Name) and name.value in names
        return False

    def without_element(self, node: Numbered) -> Edit | None:
        syntax = self.syntax_of(node)
        return self.without_argument(syntax) if syntax is not None else None

    def named(self, path: str) -> str | None:
        """What a module is called in this file: `nn` for `torch.nn`, or `torch.nn`; None if it isn't imported."""
        for name, values in self.module.top.bindings.items():
            if all(isinstance(value, Imported) and _is_import_of(value, path) for value in values):
                return name
        parent, _, last = path.rpartition(".")
        above = self.named(parent) if parent else None
        return f"{above}.{last}" if above is not None else None

    def imported(self, path: str, scope: Function) -> tuple[str, tuple[Edit, ...]] | None:
        """A module as `scope` can name it, and the edit that imports it if none does; None if the name is taken."""
        names = self.module.top.bindings
        known = self.named(path)
        if known is not None:
            return known, ()
        if path in names or path in scope.bindings:
            return None
        for statement in self.block(self.tree):
            first = statement.syntax
            future = isinstance(first, cst.ImportFrom) and getattr(first.module, "value", None) == "__future__"
            if isinstance(first, (cst.Import, cst.ImportFrom)) and not future:
                # the standard library stands apart from what is installed
                gap = "" if _package(first) in sys.stdlib_module_names else "\n"
                edit = self.insert_before(statement, f"import {path}{gap}")
                return (path, (edit,)) if edit is not None else None
        return None

    def assigned(self, statement: Statement) -> Span | None:
        """`value` of `target = value`, with one target."""
        syntax = statement.syntax
        return self._span(syntax.value) if isinstance(syntax, cst.Assign) and len(syntax.targets) == 1 else None

    def target(self, statement: Statement) -> Span | None:
        """`target` of `target = value`, with one target."""
        syntax = statement.syntax
        one = isinstance(syntax, cst.Assign) and len(syntax.targets) == 1
        return self._span(syntax.targets[0].target) if one and isinstance(syntax, cst.Assign) else None


def _is_import_of(value: Imported, path: str) -> bool:
    return not value.level and path == (value.path if value.name is None else f"{value.path}.{value.name}")


def _package(statement: cst.Import | cst.ImportFrom) -> str:
    """The first name of what an import imports."""
    name: cst.CSTNode | None = statement.names[0].name if isinstance(statement, cst.Import) else statement.module
    while isinstance(name, cst.Attribute):
        name = name.value
    return name.value if isinstance(name, cst.Name) else ""
