"""One file, understood: its functions, classes and values, and the way back to its rows and columns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from torchlint.findings import Location
from torchlint.semantics.nodes import (
    Attr,
    Call,
    Class,
    ClassRef,
    Free,
    Function,
    FunctionRef,
    Imported,
    Node,
)

if TYPE_CHECKING:
    from pathlib import Path

    import libcst as cst

    from torchlint.semantics.editor import Editor
    from torchlint.semantics.evaluate import Evaluator
    from torchlint.semantics.project import Project
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

    The syntax tree is not kept: `location` parses the file once more when a finding needs rows and columns,
    which few files do.
    """

    def __init__(self, source: Source, project: Project) -> None:
        self.source = source
        self.project = project
        #: the real file, None for standard input without a name
        self.file: Path | None = source.file.resolve() if source.file is not None else None
        self.classes: list[Class] = []
        #: dotted paths that are imported, with the number of leading dots
        self.imports: list[tuple[str, int]] = []
        self.star_imports: list[tuple[str, int]] = []
        self._places: dict[int, Location] = {}
        self._editor: Editor | None = None
        #: what `training.py` found out, once asked
        self.facts: list[Fact] | None = None
        self.top = self._build(self._parse())

    def __repr__(self) -> str:
        return f"<module {self.source.path}>"

    @property
    def evaluator(self) -> Evaluator:
        return self.project.evaluator

    def _parse(self) -> cst.Module:
        from torchlint.semantics.parse import parse

        return parse(self.source)

    def _build(self, tree: cst.Module) -> Function:
        from torchlint.semantics.parse import build

        top, self._syntax = build(self, tree)
        self._tree: cst.Module | None = tree
        return top

    def release(self) -> None:
        """Drop the syntax tree."""
        self._tree, self._syntax, self._editor = None, [], None

    def location(self, n: int) -> Location:
        """Where node `n` stands. Parses the file again if its tree was dropped."""
        found = self._places.get(n)
        if found is None:
            from torchlint.semantics.parse import positions

            if self._tree is None:
                # numbering is deterministic, so a second reading gives the same numbers
                other = Module(self.source, self.project)
                self._places = positions(other)
            else:
                self._places = positions(self)
            found = self._places.get(n) or Location(self.source.path, 1, 1, 1, 2)
        return found

    def text(self, node: Node, part: str = "") -> str:
        """How a node, or its part `left` or `right`, is written in the source, on one line; for messages."""
        from torchlint.semantics.parse import text

        self._restored()
        return text(self, node.n, part)

    @property
    def editor(self) -> Editor:
        """Makes edits of the text."""
        if self._editor is None:
            from torchlint.semantics.editor import Editor

            self._editor = Editor(self, self._restored(), self._syntax)
        return self._editor

    def _restored(self) -> cst.Module:
        """The syntax tree, read again if it was dropped: numbering is deterministic."""
        if self._tree is None:
            other = Module(self.source, self.project)
            self._tree, self._syntax = other._tree, other._syntax
        assert self._tree is not None
        return self._tree

    def comment(self, node: Node) -> str:
        """The comments at the end of the first and last row of a node and alone in the row above, "" in a notebook."""
        place = self.location(node.n)
        if place.cell is not None:
            return ""
        rows = self.source.text.splitlines()
        above, *inside = [rows[n - 1] if 0 < n <= len(rows) else "" for n in range(place.row - 1, place.end_row + 1)]
        ends = dict.fromkeys(row.partition("#")[2].strip() for row in (inside[0], inside[-1]))
        return " ".join([above.strip() if above.strip().startswith("#") else "", *ends]).strip()

    def site(self, node: Node | Function | Class) -> Site:
        return Site(self, node.n)

    # ------------------------------------------------------------- contents

    @cached_property
    def is_test(self) -> bool:
        """Whether the file holds tests of software, by the naming convention of pytest and unittest."""
        from torchlint.semantics.project import is_test

        return self.file is not None and is_test(self.file, self.project.root)

    @cached_property
    def functions(self) -> tuple[Function, ...]:
        """Every function of the file, the top level and class bodies first."""
        found, queue = [], [self.top]
        while queue:
            function = queue.pop()
            found.append(function)
            queue += reversed(function.inner)
        return tuple(found)

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
