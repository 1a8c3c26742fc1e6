"""Who calls a function, inside its file and from the files that import it: one frame for each way in.

A helper `evaluate(model, loader)` says nothing of its model; the calls that lead to it do. Rules that look at
a function ask for its contexts and judge each on its own, so that the model of one call is never mixed with
the loss of another.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from torchlint.semantics.functions import Class, Function
from torchlint.semantics.layers import is_self
from torchlint.semantics.nodes import Attr, Call, Const, Param, strip
from torchlint.semantics.values import ClassValue, Instance

if TYPE_CHECKING:
    from collections.abc import Iterator

    from torchlint.semantics.evaluate import Evaluator
    from torchlint.semantics.module import Module
    from torchlint.semantics.values import Context

#: Calls are followed this far up.
MAX_CALLERS_DEPTH = 4
#: Ways into one function that are looked at.
MAX_CONTEXTS = 8
#: Call sites of one name that are looked at.
MAX_SITES = 60
#: Functions whose callers are being looked for at the same time.
MAX_PENDING = 40
#: Times that a function is looked for in vain: of functions that may all call each other, what is found is taken.
MAX_TRIES = 2
#: Deeper than any search.
_NOTHING = MAX_PENDING + 2


class Callers:
    """Memoised call sites and contexts of the functions of a project."""

    def __init__(self, evaluator: Evaluator) -> None:
        self.evaluator = evaluator
        self._contexts: dict[int, list[Context | None]] = {}
        #: functions whose callers are known, but too far down to be followed
        self._deep: dict[int, list[Function]] = {}
        #: functions whose callers are being looked for, with how deep these searches are nested
        self._active: dict[int, int] = {}
        #: answers that lack what a search under way will add; good until that one is done
        self._partial: dict[int, tuple[list[Context | None], int]] = {}
        #: how often there was such an answer to a function
        self._tries: dict[int, int] = {}
        #: the outermost search that an answer being made up lacks
        self._lacks = _NOTHING

    def forget(self) -> None:
        self._contexts.clear()
        self._partial.clear()
        self._tries.clear()
        self._lacks = _NOTHING
        self._deep.clear()

    def contexts(self, function: Function) -> list[Context | None]:
        """The frames in which `function` runs; one with unknown parameters if nobody is seen calling it."""
        if function.parent is None or function.is_class_body:
            return [None]
        known = self._contexts.get(id(function))
        if known is not None:
            return known
        if id(function) in self._active or len(self._active) > MAX_PENDING:
            self._lacks = min(self._lacks, self._active.get(id(function), 0))
            return [self.evaluator.frame(function)]
        if id(function) in self._partial:
            partial, lacks = self._partial[id(function)]
            self._lacks = min(self._lacks, lacks)
            return partial
        depth = self._active[id(function)] = len(self._active)
        outer, self._lacks = self._lacks, _NOTHING
        try:
            found: list[Context | None] = []
            for frame in self._entries(function):
                if frame not in found:
                    found.append(frame)
                if len(found) >= MAX_CONTEXTS:
                    break
            result = found or self._alone(function)
            if found:
                self._deep.pop(id(function), None)
        finally:
            del self._active[id(function)]
        tries = self._tries.get(id(function), 0)
        if self._lacks < depth and tries < MAX_TRIES:
            self._partial[id(function)] = result, self._lacks
            self._tries[id(function)] = tries + 1
        else:
            if self._lacks == depth:
                self._partial.clear()
            self._contexts[id(function)] = result
            if self._lacks >= depth:
                self._lacks = _NOTHING
        self._lacks = min(self._lacks, outer)
        return result

    def without_context(self, function: Function) -> list[Function]:
        """The callers of a function that its contexts leave out: those that are too far from where a program begins,
        and methods of a base class, which call what that leaves to the classes derived from it.
        """
        self.contexts(function)
        found = self._deep.get(id(function), [])
        if function.is_method and function.cls is not None and function.name != "__init__":
            bases = [base for base in self.evaluator.mro(function.cls)[1:] if function.name in base.methods]
            if not bases or next(self.instances(function.cls), None) is None:
                return found
            found = found + [
                call.function
                for base in bases
                for call in base.module.calls_by_name.get(function.name, ())
                if call.function.cls is base and isinstance(call.func, Attr) and is_self(call.func.base, call.function)
            ]
        return found

    def _entries(self, function: Function) -> Iterator[Context]:
        evaluator = self.evaluator
        for call in islice(self.sites(function), MAX_SITES):
            if call.function is function or not _may_enter(call, function, self.evaluator):
                continue
            for caller in self.contexts(call.function):
                for callee in evaluator.values(call.func, caller):
                    frame = evaluator.entered(callee, call, caller)
                    if frame is None or frame.function is not function:
                        continue
                    if frame.depth > MAX_CALLERS_DEPTH:
                        self._deep.setdefault(id(function), []).append(call.function)
                    else:
                        yield frame

    def _alone(self, function: Function) -> list[Context | None]:
        """Contexts of a function that nobody is seen calling: for a method, one for each known object."""
        evaluator = self.evaluator
        if function.is_method and function.cls is not None:
            objects = islice(self.instances(function.cls), MAX_CONTEXTS)
            frames: list[Context | None] = [evaluator.frame(function, None, None, item) for item in objects]
            return frames or [evaluator.frame(function, None, None, evaluator.some_instance(function.cls))]
        parent = function.parent
        if parent is not None and parent.parent is not None and not parent.is_class_body:
            return [evaluator.frame(function, None, None, None, outer) for outer in self.contexts(parent)]
        return [evaluator.frame(function)]

    def instances(self, cls: Class) -> Iterator[Instance]:
        """The objects of a class, or of a class derived from it, that the project creates."""
        seen: set[int] = set()
        for call in islice(self._class_sites(cls), MAX_SITES):
            for caller in self.contexts(call.function):
                if caller is not None and caller.depth >= MAX_CALLERS_DEPTH:
                    continue
                for value in self.evaluator.values(call.func, caller):
                    if isinstance(value, ClassValue) and cls in self.evaluator.mro(value.cls):
                        for made in self.evaluator.called(value, call, caller):
                            if isinstance(made, Instance) and id(made) not in seen:
                                seen.add(id(made))
                                yield made

    def _class_sites(self, cls: Class) -> Iterator[Call]:
        for module in self.around(cls.module, cls.name):
            names = {cls.name}
            for other in module.classes:
                if other is not cls and cls in self.evaluator.mro(other):
                    names.add(other.name)
            for name in names:
                yield from module.calls_by_name.get(name, ())

    def sites(self, function: Function) -> Iterator[Call]:
        """Calls that may reach `function`, by the name that they call."""
        cls = function.cls if function.is_method else None
        name = cls.name if function.name == "__init__" and cls is not None else function.name
        for module in self.around(function.module, name):
            if function.name == "__init__" and cls is not None:
                yield from module.calls_by_name.get(cls.name, ())
            yield from module.calls_by_name.get(function.name, ())

    def around(self, module: Module, name: str) -> Iterator[Module]:
        """A module and those that import it and mention `name`, also through the `__init__.py` of its package."""
        yield module
        seen = {id(module)}
        for importer in module.project.importers(module, name):
            if id(importer) in seen:
                continue
            seen.add(id(importer))
            yield importer
            if importer.file is not None and importer.file.name == "__init__.py":
                for outer in importer.project.importers(importer, name):
                    if id(outer) not in seen:
                        seen.add(id(outer))
                        yield outer


def _may_enter(call: Call, function: Function, evaluator: Evaluator) -> bool:
    """Whether a call of the right name may be meant, told by its form: `net.train()` is none of a function `train`, if
    `net` is no module of Python, `train(net)` none of a method.
    """
    if not isinstance(call.func, Attr):
        return not function.is_method or function.name == "__init__"
    if function.cls is None:
        base = strip(call.func.base)
        while isinstance(base, Attr):
            base = strip(base.base)
        return not isinstance(base, (Param, Call, Const))
    if function.name == "__init__" and call.func.name == "__init__":
        # `super().__init__()` in a class derived from this one
        deriving = call.function.cls
        return deriving is not None and function.cls in evaluator.mro(deriving)
    return True


def contexts(evaluator: Evaluator, function: Function) -> list[Context | None]:
    """The frames in which `function` runs."""
    return evaluator.callers.contexts(function)
