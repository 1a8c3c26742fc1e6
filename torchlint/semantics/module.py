"""One file, understood: its functions, classes and values, and the way back to its rows and columns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from torchlint.findings import Location
from torchlint.semantics.functions import Class, Function
from torchlint.semantics.nodes import Attr, Call, ClassRef, Free, FunctionRef, Imported, Loop, Node

if TYPE_CHECKING:
    import ast
    from pathlib import Path

    from torchlint.semantics.editor import Editor
    from torchlint.semantics.evaluate import Evaluator
    from torchlint.semantics.project import Project
    from torchlint.semantics.spans import Position, Spans, Syntax
    from torchlint.semantics.traces import Renaming
    from torchlint.semantics.training import Fact
    from torchlint.source import Source


@dataclass(frozen=True, eq=False)
class Site:
    """A place in the program."""

    module: Module
    n: int

    @property
    def location(self) -> Location:
        return self.module.location(self.n)


class Module:
    """The value graph of one file.

    The syntax is not kept: the file is parsed once more when a finding elsewhere needs a place in it.
    """

    def __init__(self, source: Source, project: Project) -> None:
        self.source = source
        self.project = project
        #: the real file, None for standard input without a name
        self.file: Path | None = source.file.resolve() if source.file is not None else None
        self.folder = self.file.parent if self.file is not None else project.root
        self.classes: list[Class] = []
        #: the loop variables that change
        self.loops: list[Loop] = []
        #: dotted paths that are imported, with the number of leading dots
        self.imports: list[tuple[str, int]] = []
        self.star_imports: list[tuple[str, int]] = []
        self._places: dict[int, Location] = {}
        #: the syntax behind each number, None once it was dropped
        self._syntax: list[Syntax] | None = None
        self._spans: Spans | None = None
        self._editor: Editor | None = None
        #: what `programs.py` found out, once asked
        self.facts: list[Fact] | None = None
        self.top = self._build(self._parse())

    def __repr__(self) -> str:
        return f"<module {self.source.path}>"

    @property
    def evaluator(self) -> Evaluator:
        return self.project.evaluator

    def _parse(self) -> ast.Module:
        from torchlint.semantics.parse import parse

        return parse(self.source)

    def _build(self, tree: ast.Module) -> Function:
        from torchlint.semantics.parse import build

        top, self._syntax = build(self, tree)
        return top

    def release(self) -> None:
        """Drop the syntax."""
        self._syntax = self._spans = self._editor = None

    def dissolve(self) -> None:
        """Break the circles of a graph that nobody asks any more, so that it is freed at once. Places stay known."""
        for function in self.functions:
            function.dissolve()
        for cls in self.classes:
            cls.dissolve()
        for loop in self.loops:
            loop.next = None
        for held in ("top", "classes", "loops", "functions", "functions_by_name", "calls_by_name"):
            self.__dict__.pop(held, None)

    def syntax(self, n: int) -> Syntax:
        """What node `n` was made from."""
        if self._syntax is None:
            # numbering is deterministic, so a second reading gives the same numbers
            self._syntax = Module(self.source, self.project)._syntax
            assert self._syntax is not None
            self.project.restored(self)
        return self._syntax[n] if n < len(self._syntax) else None

    @property
    def spans(self) -> Spans:
        """The places of syntax."""
        if self._spans is None:
            from torchlint.semantics.spans import Spans

            self._spans = Spans(self.source)
        return self._spans

    def span(self, n: int) -> tuple[Position, Position] | None:
        """Where node `n` begins and ends, in rows of the text."""
        return self.spans.of(self.syntax(n))

    def location(self, n: int) -> Location:
        """Where node `n` stands."""
        found = self._places.get(n)
        if found is None:
            (row, column), (end_row, end_column) = self.span(n) or ((1, 0), (1, 1))
            cell, row = self.source.place(row)
            _, end_row = self.source.place(end_row)
            found = Location(self.source.path, row, column + 1, end_row, end_column + 1, cell)
            self._places[n] = found
        return found

    def text(self, node: Node, part: str = "") -> str:
        """How a node, or its part `left` or `right`, is written in the source, on one line; for messages."""
        from torchlint.semantics.parse import text

        return text(self.spans, self.syntax(node.n), part)

    @property
    def editor(self) -> Editor:
        """Makes edits of the text."""
        if self._editor is None:
            from torchlint.semantics.editor import Editor

            self._editor = Editor(self)
        return self._editor

    def comment(self, node: Node) -> str:
        """The comments at the end of the first and last row of a node and alone in the row above, "" in a notebook."""
        place = self.location(node.n)
        if place.cell is not None:
            return ""
        rows = self.source.lines
        above, *inside = [rows[n - 1] if 0 < n <= len(rows) else "" for n in range(place.row - 1, place.end_row + 1)]
        ends = dict.fromkeys(row.partition("#")[2].strip() for row in (inside[0], inside[-1]))
        return " ".join([above.strip() if above.strip().startswith("#") else "", *ends]).strip()

    def site(self, node: Node | Function | Class | Renaming) -> Site:
        return Site(self, node.n)

    # ------------------------------------------------------------- contents

    @cached_property
    def is_test(self) -> bool:
        """Whether the file holds tests of software."""
        from torchlint.semantics.project import holds_tests, is_among_tests, may_hold_tests

        if self.file is None:
            return False
        if is_among_tests(self.file, self.project.root):
            return True
        return may_hold_tests(self.file, self.project.root) and holds_tests(self.source.data)

    @cached_property
    def functions(self) -> tuple[Function, ...]:
        """Every function of the file, the top level and class bodies first."""
        found, queue = [], [self.top]
        while queue:
            function = queue.pop()
            found.append(function)
            queue += reversed(function.inner)
        return tuple(found)

    @cached_property
    def functions_by_name(self) -> dict[str, list[Function]]:
        index: dict[str, list[Function]] = {}
        for function in self.functions:
            index.setdefault(function.name, []).append(function)
        return index

    @property
    def calls(self) -> Iterator[Call]:
        for function in self.functions:
            yield from function.calls

    def call_at(self, n: int) -> Call | None:
        """The call with a number."""
        return next((call for call in self.calls if call.n == n), None)

    @cached_property
    def calls_by_name(self) -> dict[str, list[Call]]:
        """Calls by the last name of what they call, through import aliases."""
        index: dict[str, list[Call]] = {}
        for call in self.calls:
            for name in self._callee_names(call.func):
                index.setdefault(name, []).append(call)
        return index

    def _callee_names(self, node: Node) -> Iterable[str]:
        if isinstance(node, Attr):
            return (node.name,)
        if isinstance(node, FunctionRef):
            return (node.function.name,)
        if isinstance(node, ClassRef):
            return (node.cls.name,)
        if isinstance(node, Imported):
            return (node.name or node.path.rpartition(".")[2],)
        if isinstance(node, Free):
            imported = [
                value.name
                for value in self.top.bindings.get(node.name, ())
                if isinstance(value, Imported) and value.name is not None
            ]
            return (*imported, node.name)
        return ()
