"""Abstract evaluation, on demand: from a node and a frame to the values it can have.

Nothing is computed before a rule asks. A question walks the value graph backwards: through variables,
parameters (to the arguments of the call that the frame stands for), attributes (to what the class stores),
calls (to what the function returns), tuples, dicts and other files. What it can't follow is `Opaque`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from torchlint.semantics import truth
from torchlint.semantics.activations import ActivationFinder
from torchlint.semantics.callers import Callers
from torchlint.semantics.calls import Calls
from torchlint.semantics.containers import Containers
from torchlint.semantics.dtypes import DtypeFinder
from torchlint.semantics.functions import Class, Function
from torchlint.semantics.names import Names
from torchlint.semantics.nodes import (
    Attr,
    Binary,
    Boolean,
    Call,
    Choice,
    ClassRef,
    Comprehension,
    Const,
    Display,
    Element,
    Entered,
    Free,
    FunctionRef,
    Guards,
    Imported,
    Item,
    Join,
    Loop,
    Mapping,
    Node,
    Param,
    Part,
    Update,
)
from torchlint.semantics.objects import Objects
from torchlint.semantics.shapes import Shapes
from torchlint.semantics.values import (
    Bound,
    ClassValue,
    Constant,
    Context,
    FunctionValue,
    Instance,
    Opaque,
    Value,
    Values,
)

if TYPE_CHECKING:
    from torchlint.semantics.project import Project

V = TypeVar("V", bound=Value)

#: Nodes visited for one question; code that needs more is not understood.
BUDGET = 6000
#: Nodes visited for one file: a bound on the time that any file can take.
FUEL = 40_000
#: Nodes visited for all side questions of one file.
SIDE_FUEL = 40_000
#: Files that the side questions of one file may lead to: parsing is what takes the time.
FAR_FILES = 32
#: Deeper than any question.
_NOTHING = 1_000_000
#: Parts of values that are told apart by what they are, and not by which object it is.
_NAMING = (str, bool, type(None), Path)
#: Values that one expression is followed into.
MAX_VALUES = 24


class Evaluator:
    """Answers questions about values; remembers the answers until `forget`."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self._memo: dict[tuple[int, Context | None], Values] = {}
        self._truths: dict[tuple[int, Context | None], bool | None] = {}
        self.interned: dict[tuple[Any, ...], Any] = {}
        #: questions under way, with how deep they are nested
        self._active: dict[tuple[int, Context | None], int] = {}
        #: answers that lack what a question under way will add; good until that one is answered
        self._partial: dict[tuple[int, Context | None], tuple[Values, int]] = {}
        #: the outermost question that an answer being made up lacks
        self._lacks = _NOTHING
        self.held: list[object] = []
        self._global: dict[int, bool] = {}
        self._steps = 0
        self._nesting = 0
        self.fuel = FUEL
        self._side_fuel = SIDE_FUEL
        #: files that the questions of the file being linted led to, and how many of them only side questions led to
        self._reached: set[Path] = set()
        self._far = 0
        #: whether a side question is asked now, and whether it was refused a file
        self._is_aside = self._refused = False
        self.names = Names(self)
        self.containers = Containers(self)
        self.objects = Objects(self)
        self.calls = Calls(self)
        self._handlers = self._by_kind()
        self.callers = Callers(self)
        self.activations = ActivationFinder(self)
        self.dtypes = DtypeFinder(self)
        self.shapes = Shapes(self)
        # the questions that others ask, whoever answers them
        self.elements, self.item = self.containers.elements, self.containers.item
        self.grown, self.children = self.containers.grown, self.containers.children
        self.is_sequential = self.containers.is_sequential
        self.attribute, self.method_frame = self.objects.attribute, self.objects.method_frame
        self.mro, self.external_bases = self.objects.mro, self.objects.external_bases
        self.find_method = self.objects.find_method
        self.argument, self.arguments = self.calls.argument, self.calls.arguments
        self.callees = self.calls.callees
        self.called, self.entered, self.returned = self.calls.called, self.calls.entered, self.calls.returned

    def forget(self) -> None:
        self.callers.forget()
        self.activations.forget()
        self.dtypes.forget()
        self.shapes.forget()
        self._memo.clear()
        self._truths.clear()
        self.objects.forget()
        self.interned.clear()
        self.containers.forget()
        self.held.clear()
        self._global.clear()
        self._reached.clear()
        self._far = 0
        self.fuel = FUEL
        self._side_fuel = SIDE_FUEL

    @contextmanager
    def aside(self, fuel: int) -> Iterator[None]:
        """A side question about far-off code: a large library must not use up what the file itself needs."""
        before, outer, answered, decided = self.fuel, self._is_aside, len(self._memo), len(self._truths)
        self.fuel = granted = min(before, fuel, self._side_fuel)
        self._is_aside = True
        try:
            yield
        finally:
            spent = max(granted - max(self.fuel, 0), 0)
            self.fuel = before - spent // 4
            self._side_fuel -= spent
            self._is_aside = outer
            if self._refused and not outer:
                # what was not read is unknown to the side question only
                _truncate(self._memo, answered)
                _truncate(self._truths, decided)
                self.objects.forget_bases()
                self._refused = False

    def may_read(self, path: Path) -> bool:
        """Whether a question may lead to a file; side questions may only to so many for each file that is linted."""
        if self._is_aside and path not in self._reached:
            if self._far >= FAR_FILES:
                self._refused = True
                return False
            self._far += 1
        self._reached.add(path)
        return True

    def intern(self, kind: type[V], *key: Any) -> V:
        """The one value of this kind and these parts."""
        full = (kind, *[part if isinstance(part, _NAMING) else id(part) for part in key])
        found: V | None = self.interned.get(full)
        if found is None:
            found = kind(*key)
            self.interned[full] = found
            self.held.append(key)  # ids stay valid as long as the parts live
        return found

    def interned_constant(self, value: object) -> Constant:
        key = (Constant, type(value), value)
        found: Constant | None = self.interned.get(key)
        if found is None:
            found = self.interned[key] = Constant(value)
        return found

    def frame(
        self,
        function: Function,
        call: Call | None = None,
        caller: Context | None = None,
        self_value: Instance | None = None,
        closure: Context | None = None,
    ) -> Context:
        key = (Context, id(function), id(call), id(caller), id(self_value), id(closure))
        found: Context | None = self.interned.get(key)
        if found is None:
            found = Context(function, call, caller, self_value, closure)
            self.interned[key] = found
            self.held.append((function, call, caller, self_value, closure))
        return found

    def picking(self, context: Context | None, function: Function, element: Node, item: Bound) -> Context:
        """A frame over `context` in which the loop variable `element` is `item`."""
        key = (Context, id(function), id(context), id(element), id(item[0]))
        found: Context | None = self.interned.get(key)
        if found is None:
            found = Context(function, None, context, None, None, (element, item))
            self.interned[key] = found
            self.held.append((function, context, element, item))
        return found

    def values(self, node: Node, context: Context | None) -> Values:
        """The values that `node` can have in `context`; empty where a definition is circular."""
        if context is not None and type(node) in _PERHAPS_FIXED and self.is_fixed(node):
            context = None
        key = (id(node), context)
        found = self._memo.get(key)
        if found is not None:
            return found
        if self._nesting == 0:
            self._steps = 0
            self._partial.clear()
            self._lacks = _NOTHING
        elif key in self._active:
            self._lacks = min(self._lacks, self._active[key])
            return ()
        elif self._partial and key in self._partial:
            known, lacks = self._partial[key]
            self._lacks = min(self._lacks, lacks)
            return known
        self._steps += 1
        self.fuel -= 1
        if self.fuel < 0 or self._steps > BUDGET or self._nesting > 220:
            return (self.opaque(node, context),)
        outer, self._lacks = self._lacks, _NOTHING
        self._active[key] = self._nesting
        self._nesting += 1
        try:
            handler = self._handlers.get(type(node))
            if handler is None:
                result: Values = (self.opaque(node, context),)
            else:
                result = self.distinct(handler(node, context))
        finally:
            self._nesting -= 1
            del self._active[key]
        if self._lacks < self._nesting:
            self._partial[key] = result, self._lacks
        else:
            if self._lacks == self._nesting:
                self._partial.clear()
            self._lacks = _NOTHING
            if self._steps <= BUDGET:
                self._memo[key] = result
        self.held.append(node)
        self._lacks = min(self._lacks, outer)
        return result

    def is_fixed(self, node: Node) -> bool:
        """Whether a node means the same in every context."""
        while isinstance(node, Attr):
            node = node.base
        if isinstance(node, Free):
            found = self._global.get(id(node))
            if found is None:
                found = self._global[id(node)] = node.is_global
                self.held.append(node)
            return found
        return isinstance(node, (Imported, Const, ClassRef))

    def is_settled(self, node: Node) -> bool:
        """Whether the answer for a node outside of any context is there, and will stay."""
        return (id(node), None) in self._memo

    @property
    def is_whole(self) -> bool:
        """Whether nothing is missing in what is found out now: there is fuel, and no file was refused."""
        return self.fuel >= 0 and not self._refused

    def opaque(self, node: Node, context: Context | None) -> Opaque:
        key = (Opaque, id(node), id(context))
        found: Opaque | None = self.interned.get(key)
        if found is None:
            found = self.interned[key] = Opaque(node, context)
            self.held.append((node, context))  # ids stay valid as long as the parts live
        return found

    def distinct(self, values: Sequence[Value]) -> Values:
        """Each value once, and not too many of them."""
        if len(values) < 2:
            return tuple(values)
        unique = {id(value): value for value in values}
        return tuple(unique.values())[:MAX_VALUES]

    def union(self, nodes: Sequence[Node], context: Context | None) -> Values:
        if len(nodes) == 1:
            return self.values(nodes[0], context)
        return self.distinct([value for node in nodes for value in self.values(node, context)])

    def constant(self, node: Node | None, context: Context | None) -> object:
        """The constant that a node is for certain, else None."""
        if node is None:
            return None
        values = self.values(node, context)
        if len(values) == 1 and isinstance(values[0], Constant):
            return values[0].value
        return None

    def truth(self, node: Node, context: Context | None) -> bool | None:
        """Whether a condition holds, None if that is not known."""
        key = (id(node), context)
        if key not in self._truths:
            self._truths[key] = truth.truth(self, node, context)
            self.held.append(node)
        return self._truths[key]

    def feasible(self, guards: Guards, context: Context | None) -> bool:
        """False if one of the conditions is known to fail."""
        return not guards or all(self.truth(cond, context) is not (not wanted) for cond, wanted in guards)

    def _const(self, node: Const, context: Context | None) -> Values:
        return (self.interned_constant(node.value),)

    def some_instance(self, cls: Class) -> Instance:
        return self.intern(Instance, cls, "", None, None)

    def is_static(self, function: Function) -> bool:
        return bool(function.decorators) and _is_marked(function, "staticmethod")

    def is_classmethod(self, function: Function) -> bool:
        return bool(function.decorators) and _is_marked(function, "classmethod")

    def _choice(self, node: Choice, context: Context | None) -> Values:
        known = self.truth(node.cond, context)
        if known is None:
            return (*self.values(node.yes, context), *self.values(node.no, context))
        return self.values(node.yes if known else node.no, context)

    def _join(self, node: Join, context: Context | None) -> Values:
        return self.union(node.options, context)

    def _loop(self, node: Loop, context: Context | None) -> Values:
        if node.next is None:
            return self.values(node.init, context)
        return (*self.values(node.init, context), *self.values(node.next, context))

    def _boolean(self, node: Boolean, context: Context | None) -> Values:
        known = self.truth(node.left, context)
        if known is None:
            return (*self.values(node.left, context), *self.values(node.right, context))
        takes_left = known if node.op == "Or" else not known
        return self.values(node.left if takes_left else node.right, context)

    def _function_ref(self, node: FunctionRef, context: Context | None) -> Values:
        closure = context if node.function.parent is not None and node.function.parent.parent is not None else None
        return (self.intern(FunctionValue, node.function, None, closure),)

    def _class_ref(self, node: ClassRef, context: Context | None) -> Values:
        return (self.intern(ClassValue, node.cls),)

    def _entered(self, node: Entered, context: Context | None) -> Values:
        return self.values(node.base, context)

    def _comprehension(self, node: Comprehension, context: Context | None) -> Values:
        return (self.opaque(node, context),)

    def _by_kind(self) -> dict[type, Callable[[Any, Context | None], Values]]:
        """Who answers for a kind of node."""
        return {
            Const: self._const,
            Free: self.names.free,
            Imported: self.names.imported,
            Param: self.calls.param,
            Choice: self._choice,
            Join: self._join,
            Loop: self._loop,
            Boolean: self._boolean,
            FunctionRef: self._function_ref,
            ClassRef: self._class_ref,
            Entered: self._entered,
            Display: self.containers.display,
            Mapping: self.containers.mapping,
            Update: self.containers.update,
            Comprehension: self._comprehension,
            Element: self.containers.element,
            Item: self.containers.subscript,
            Part: self.containers.part,
            Attr: self.objects.attr,
            Call: self.calls.call,
            Binary: self.containers.joined,
        }


#: Kinds of nodes that may mean the same in every context.
_PERHAPS_FIXED = frozenset({Attr, Free, Imported, Const, ClassRef})


def _truncate(answers: dict[Any, Any], length: int) -> None:
    """Forget the answers that were added last."""
    while len(answers) > length:
        answers.popitem()


def _is_marked(function: Function, decorator: str) -> bool:
    return any(isinstance(mark, Free) and mark.name == decorator for mark in function.decorators)
