"""Abstract evaluation, on demand: from a node and a frame to the values it can have.

Nothing is computed before a rule asks. A question walks the value graph backwards: through variables,
parameters (to the arguments of the call that the frame stands for), attributes (to what the class stores),
calls (to what the function returns), tuples, dicts and other files. What it can't follow is `Opaque`.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from torchlint.semantics import truth
from torchlint.semantics.activations import ActivationFinder
from torchlint.semantics.callers import Callers
from torchlint.semantics.dtypes import DtypeFinder
from torchlint.semantics.knowledge import transparent
from torchlint.semantics.nodes import (
    Attr,
    Binary,
    Boolean,
    Call,
    Choice,
    Class,
    ClassRef,
    Comprehension,
    Const,
    Display,
    Element,
    Entered,
    Free,
    Function,
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
    Slice,
    Starred,
    Update,
)
from torchlint.semantics.shapes import Shapes
from torchlint.semantics.values import (
    Arguments,
    Bound,
    ClassValue,
    Constant,
    Container,
    Context,
    External,
    FunctionValue,
    Instance,
    Namespace,
    Opaque,
    Value,
)

if TYPE_CHECKING:
    from torchlint.semantics.module import Module
    from torchlint.semantics.project import Project

V = TypeVar("V", bound=Value)
Values = tuple[Value, ...]

#: Nodes visited for one question; code that needs more is not understood.
BUDGET = 6000
#: Nodes visited for one file: a bound on the time that any file can take.
FUEL = 40_000
#: Deeper than any question.
_NOTHING = 1_000_000
#: Frames on top of each other.
MAX_DEPTH = 14
#: Values that one expression is followed into.
MAX_VALUES = 24

#: Methods that give back the module or tensor they are called on.
_FLUENT = frozenset(
    {
        "to", "cuda", "cpu", "xpu", "npu", "mps", "eval", "train", "float", "double", "half", "bfloat16", "type",
        "requires_grad_", "apply", "share_memory", "to_empty", "compile", "to_device",
    }
)  # fmt: skip
_MUTATORS = frozenset({"append", "extend", "insert", "add_module", "register_module"})


class Evaluator:
    """Answers questions about values; remembers the answers until `forget`."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self._memo: dict[tuple[int, Context | None], Values] = {}
        self._truths: dict[tuple[int, Context | None], bool | None] = {}
        self._attributes: dict[tuple[int, str, int], Values] = {}
        self._interned: dict[tuple[Any, ...], Any] = {}
        #: items of lists that are only added under these conditions, of which nothing is known
        self.optional: dict[tuple[int, Context | None], Guards] = {}
        #: questions under way, with how deep they are nested
        self._active: dict[tuple[int, Context | None], int] = {}
        #: answers that lack what a question under way will add; good until that one is answered
        self._partial: dict[tuple[int, Context | None], tuple[Values, int]] = {}
        #: the outermost question that an answer being made up lacks
        self._lacks = _NOTHING
        self._held: list[object] = []
        self._global: dict[int, bool] = {}
        self._steps = 0
        self._nesting = 0
        self.fuel = FUEL
        self.callers = Callers(self)
        self.activations = ActivationFinder(self)
        self.dtypes = DtypeFinder(self)
        self.shapes = Shapes(self)

    def forget(self) -> None:
        self.callers.forget()
        self.activations.forget()
        self.dtypes.forget()
        self.shapes.forget()
        self._memo.clear()
        self._truths.clear()
        self._attributes.clear()
        self._interned.clear()
        self.optional.clear()
        self._held.clear()
        self._global.clear()
        self.fuel = FUEL

    def intern(self, kind: type[V], *key: Any) -> V:
        """The one value of this kind and these parts."""
        full = (kind, *(part if isinstance(part, (str, bool, type(None), Path)) else id(part) for part in key))
        found: V | None = self._interned.get(full)
        if found is None:
            found = kind(*key)
            self._interned[full] = found
            self._held.append(key)  # ids stay valid as long as the parts live
        return found

    def interned_constant(self, value: object) -> Constant:
        key = (Constant, type(value), value)
        found: Constant | None = self._interned.get(key)
        if found is None:
            found = self._interned[key] = Constant(value)
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
        found: Context | None = self._interned.get(key)
        if found is None:
            found = Context(function, call, caller, self_value, closure)
            self._interned[key] = found
            self._held.append((function, call, caller, self_value, closure))
        return found

    def picking(self, context: Context | None, function: Function, element: Node, item: Bound) -> Context:
        """A frame over `context` in which the loop variable `element` is `item`."""
        key = (Context, id(function), id(context), id(element), id(item[0]))
        found: Context | None = self._interned.get(key)
        if found is None:
            found = Context(function, None, context, None, None, (element, item))
            self._interned[key] = found
            self._held.append((function, context, element, item))
        return found

    # ---------------------------------------------------------------- values

    def values(self, node: Node, context: Context | None) -> Values:
        """The values that `node` can have in `context`; empty where a definition is circular."""
        if context is not None and self._is_fixed(node):
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
        elif key in self._partial:
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
            handler = _HANDLERS.get(type(node))
            if handler is None:
                result: Values = (self.opaque(node, context),)
            else:
                result = self._distinct(handler(self, node, context))
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
        self._held.append(node)
        self._lacks = min(self._lacks, outer)
        return result

    def _is_fixed(self, node: Node) -> bool:
        """Whether a node means the same in every context."""
        while isinstance(node, Attr):
            node = node.base
        if isinstance(node, Free):
            found = self._global.get(id(node))
            if found is None:
                found = self._global[id(node)] = node.is_global
                self._held.append(node)
            return found
        return isinstance(node, (Imported, Const, ClassRef))

    def opaque(self, node: Node, context: Context | None) -> Opaque:
        return self.intern(Opaque, node, context)

    def _distinct(self, values: Iterable[Value]) -> Values:
        unique = {id(value): value for value in values}
        return tuple(unique.values())[:MAX_VALUES]

    def union(self, nodes: Iterable[Node], context: Context | None) -> Values:
        return self._distinct(value for node in nodes for value in self.values(node, context))

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
            self._held.append(node)
        return self._truths[key]

    def feasible(self, guards: Iterable[tuple[Node, bool]], context: Context | None) -> bool:
        """False if one of the conditions is known to fail."""
        return all(self.truth(cond, context) is not (not wanted) for cond, wanted in guards)

    # ----------------------------------------------------------------- nodes

    def _const(self, node: Const, context: Context | None) -> Values:
        return (self.interned_constant(node.value),)

    def _free(self, node: Free, context: Context | None) -> Values:
        scope: Function | None = node.scope
        first = True
        while scope is not None:
            if first or not scope.is_class_body:
                bindings = scope.bindings.get(node.name)
                if bindings:
                    frame = context.of(scope) if context is not None else None
                    return self.union(bindings, frame)
            first = False
            scope = scope.parent
        return self._starred_name(node.scope.module, node.name, 0)

    def _starred_name(self, module: Module, name: str, depth: int) -> Values:
        for path, level in module.star_imports:
            target = self.project.find(module, path, level)
            if target is None:
                if not level and path.partition(".")[0] == "torch":
                    return (self.intern(External, f"{path}.{name}"),)
                continue
            other = self.project.module_at(target)
            if other is None:
                continue
            bindings = other.top.bindings.get(name)
            if bindings:
                return self.union(bindings, None)
            if depth < 4:
                found = self._starred_name(other, name, depth + 1)
                if not (isinstance(found[0], External) and found[0].name.startswith("builtins.")):
                    return found
        return (self.intern(External, f"builtins.{name}"),)

    def _imported(self, node: Imported, context: Context | None) -> Values:
        target = self.project.find(node.module, node.path, node.level)
        if target is None:
            return (self._external_import(node),)
        if node.name is None:
            return (self.intern(Namespace, target),)
        return self.member(target, node.name, 0) or (self.opaque(node, context),)

    def _external_import(self, node: Imported) -> Value:
        return self.intern(External, f"{node.path}.{node.name}" if node.name else node.path)

    def member(self, path: Path, name: str, depth: int) -> Values:
        """What `name` is in the module or package at `path`."""
        module = self.project.module_at(path) if path.suffix == ".py" else None
        if module is not None:
            bindings = module.top.bindings.get(name)
            if bindings:
                return self.union(bindings, None)
        submodule = self.project.submodule(path, name)
        if submodule is not None:
            return (self.intern(Namespace, submodule),)
        if module is not None and depth < 6:
            for star, level in module.star_imports:
                target = self.project.find(module, star, level)
                if target is not None and target != path:
                    found = self.member(target, name, depth + 1)
                    if found:
                        return found
        return ()

    def _param(self, param: Param, context: Context | None) -> Values:
        function = param.function
        frame = context.of(function) if context is not None else None
        if param.index == 0 and function.is_method and not self._is_static(function):
            if frame is not None and frame.self_value is not None:
                return (frame.self_value,)
            assert function.cls is not None
            if self._is_classmethod(function):
                return (self.intern(ClassValue, function.cls),)
            return (self.some_instance(function.cls),)
        if frame is None or frame.call is None:
            return self._unbound(param, context)
        arguments = self.arguments(frame.call, frame.caller)
        offset = 1 if frame.self_value is not None and not self._is_static(function) else 0
        if param.kind == "args":
            rest = tuple(arguments.positional[max(param.index - offset, 0) :])
            return (Container("args", param, frame, rest, None, arguments.exact),)
        if param.kind == "kwargs":
            taken = {p.name for p in function.params}
            keys: dict[object, Bound] = {k: v for k, v in arguments.keywords.items() if k not in taken}
            return (Container("kwargs", param, frame, (), keys, arguments.exact),)
        bound = self.argument(param, context)
        return self.values(*bound) if bound is not None else self._unbound(param, context)

    def argument(self, param: Param, context: Context | None) -> Bound | None:
        """What the frame of the parameter's function binds it to: an argument or the default."""
        frame = context.of(param.function) if context is not None else None
        if frame is None or frame.call is None:
            return None
        arguments = self.arguments(frame.call, frame.caller)
        offset = 1 if frame.self_value is not None and not self._is_static(param.function) else 0
        bound = arguments.bound(param, offset)
        if bound is None and arguments.exact and param.default is not None:
            return param.default, None
        return bound

    def _unbound(self, param: Param, context: Context | None) -> Values:
        """A parameter that no known call gives a value: what its default and annotation say of it."""
        if param.default is not None:
            known = [
                value
                for value in self.values(param.default, None)
                if isinstance(value, (Instance, ClassValue, FunctionValue, External))
            ]
            if known:
                return tuple(known)
        if param.annotation is not None:
            for value in self.values(param.annotation, None):
                if isinstance(value, ClassValue):
                    return (self.some_instance(value.cls),)
                if isinstance(value, External) and transparent.is_class(value.name) and value.last != "Module":
                    return (self.intern(Instance, None, value.name, None, None),)
        return (self.opaque(param, context.of(param.function) if context else None),)

    def some_instance(self, cls: Class) -> Instance:
        return self.intern(Instance, cls, "", None, None)

    def _is_static(self, function: Function) -> bool:
        return any(isinstance(d, Free) and d.name == "staticmethod" for d in function.decorators)

    def _is_classmethod(self, function: Function) -> bool:
        return any(isinstance(d, Free) and d.name == "classmethod" for d in function.decorators)

    def arguments(self, call: Call, caller: Context | None) -> Arguments:
        positional: list[Bound] = []
        keywords: dict[str, Bound] = {}
        exact = True
        for arg in call.args:
            if not isinstance(arg, Starred):
                if exact:
                    positional.append((arg, caller))
                continue
            spread = self.values(arg.base, caller)
            if len(spread) == 1 and isinstance(spread[0], Container) and spread[0].exact and spread[0].keys is None:
                positional += self.grown(spread[0], call.guards)
            else:
                exact = False
        for name, value in call.keywords:
            if name is not None:
                keywords[name] = (value, caller)
                continue
            spread = self.values(value, caller)
            if len(spread) == 1 and isinstance(spread[0], Container) and spread[0].keys is not None:
                keywords.update({k: v for k, v in spread[0].keys.items() if isinstance(k, str)})
                exact = exact and spread[0].exact
            else:
                exact = False
        return Arguments(positional, keywords, exact)

    def _choice(self, node: Choice, context: Context | None) -> Values:
        known = self.truth(node.cond, context)
        if known is None:
            return (*self.values(node.yes, context), *self.values(node.no, context))
        return self.values(node.yes if known else node.no, context)

    def _join(self, node: Join, context: Context | None) -> Values:
        return self.union(node.options, context)

    def _loop(self, node: Loop, context: Context | None) -> Values:
        if node.next is node:
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

    # ------------------------------------------------------------ containers

    def _display(self, node: Display, context: Context | None) -> Values:
        items: list[Bound] = []
        exact = True
        for item in node.items:
            if not isinstance(item, Starred):
                items.append((item, context))
                continue
            spread = self.values(item.base, context)
            if len(spread) == 1 and isinstance(spread[0], Container) and spread[0].keys is None and spread[0].exact:
                items += self.grown(spread[0])
            else:
                exact = False
        return (self._container(node.kind, node, context, tuple(items), None, exact),)

    def _mapping(self, node: Mapping, context: Context | None) -> Values:
        keys: dict[object, Bound] = {}
        exact = True
        for key, value in node.items:
            name = self.constant(key, context) if key is not None else None
            if isinstance(name, (str, int, bool)):
                keys[name] = (value, context)
            else:
                exact = False
        return (self._container("dict", node, context, (), keys, exact),)

    def _update(self, node: Update, context: Context | None) -> Values:
        key = self.constant(node.key, context)
        results: list[Value] = []
        for base in self.values(node.base, context):
            if isinstance(base, Container) and base.keys is not None and isinstance(key, (str, int)):
                keys = {**base.keys, key: (node.value, context)}
                results.append(self._container("dict", node, context, (), keys, base.exact))
            elif isinstance(base, (Container, Instance)):
                results.append(base)
            else:
                results.append(self.opaque(node, context))
        return tuple(results)

    def _container(
        self,
        kind: str,
        node: Node,
        context: Context | None,
        items: tuple[Bound, ...],
        keys: dict[object, Bound] | None,
        exact: bool,
    ) -> Container:
        key = (Container, id(node), id(context))
        found: Container | None = self._interned.get(key)
        if found is None:
            found = Container(kind, node, context, items, keys, exact)
            self._interned[key] = found
            self._held.append((node, context))
        return found

    def mutations(self, value: Value, function: Function, frame: Context | None) -> list[tuple[str, Call]]:
        """Calls in `function` that add to a list or a container module, in order."""
        found = []
        for call in function.calls:
            if isinstance(call.func, Attr) and call.func.name in _MUTATORS:
                if any(base is value for base in self.values(call.func.base, frame)):
                    found.append((call.func.name, call))
        return found

    def grown(self, container: Container, within: Guards = ()) -> list[Bound]:
        """The items of a list, with those appended in the function that made it; what is only appended under a
        condition that isn't known, and that does not hold `within` the place that asks, is noted as optional.
        """
        items = list(container.items)
        if container.kind != "list" or not isinstance(container.node, Display):
            return items
        function = self._function_of(container)
        if function is None:
            return items
        for name, call in self.mutations(container, function, container.context):
            if name == "append" and len(call.args) == 1:
                item = (call.args[0], container.context)
                if self._is_added(call, container.context, item, within):
                    items.append(item)
            elif name == "extend" and len(call.args) == 1:
                for value in self.values(call.args[0], container.context):
                    if isinstance(value, Container):
                        items += value.items
        return items

    def _is_added(self, call: Call, context: Context | None, item: Bound, within: Guards) -> bool:
        """Whether an item may be added by `call`."""
        if not self.feasible(call.guards, context):
            return False
        unknown = tuple(g for g in call.guards if g not in within and self.truth(g[0], context) is None)
        if unknown:
            self.optional[id(item[0]), item[1]] = unknown
            self._held.append(item)
        return True

    def _function_of(self, container: Container) -> Function | None:
        return container.context.function if container.context is not None else None

    def _comprehension(self, node: Comprehension, context: Context | None) -> Values:
        return (self.opaque(node, context),)

    def _element(self, node: Element, context: Context | None) -> Values:
        frame = context
        while frame is not None:
            if frame.picked is not None and frame.picked[0] is node:
                return self.values(*frame.picked[1])
            frame = frame.caller
        return self.elements(node.base, context) or (self.opaque(node, context),)

    def elements(self, node: Node, context: Context | None) -> Values:
        """What iterating over `node` gives; empty if unknown."""
        results: list[Value] = []
        for base in self.values(node, context):
            if isinstance(base, Container) and base.keys is None:
                for item in self.grown(base):
                    results += self.values(*item)
            elif isinstance(base, Opaque) and isinstance(base.node, Comprehension):
                results += self.values(base.node.element, base.context)
            elif isinstance(base, Instance) and base.last in ("ModuleList", "Sequential") and base.call is not None:
                for child in self.children(base) or ():
                    results += self.values(*child)
            else:
                return ()
        return self._distinct(results)

    def children(self, module: Instance) -> list[Bound] | None:
        """The layers of a Sequential or ModuleList, in order; None if they are not known."""
        origin = module
        while origin.copied is not None:
            origin = origin.copied
        made = self._making(origin)
        if made is None:
            return None
        arguments = self.arguments(*made)
        if not arguments.exact:
            return None
        found: list[Bound] = []
        for item in arguments.positional:
            spread = self.values(*item)
            first = spread[0] if len(spread) == 1 else None
            if isinstance(first, Instance) and first.last == "OrderedDict" and first.call is not None:
                inner = [v for a in first.call.args for v in self.values(a, first.context)]
                first = inner[0] if len(inner) == 1 else None
            if isinstance(first, Container):
                if first.keys is not None:
                    found += first.keys.values()
                    continue
                for entry in self.grown(first, made[0].guards):
                    pair = self.values(*entry)
                    if len(pair) == 1 and isinstance(pair[0], Container) and len(pair[0].items) == 2:
                        found.append(pair[0].items[1])  # ("name", layer) of an OrderedDict
                    else:
                        found.append(entry)
            elif isinstance(first, Opaque) and isinstance(first.node, Comprehension):
                found.append((first.node.element, first.context))
            else:
                found.append(item)
        for name, call in self.mutations(origin, made[0].function, made[1]):
            position = 1 if name in ("add_module", "register_module") else 0
            if len(call.args) > position:
                item = (call.args[position], made[1])
                if self._is_added(call, made[1], item, made[0].guards):
                    found.append(item)
        return found

    def _making(self, module: Instance) -> tuple[Call, Context | None] | None:
        """The call that gives a container module its layers, with its frame."""
        if module.cls is None or module.call is None:
            return (module.call, module.context) if module.call is not None else None
        method = self.find_method(module.cls, "__init__")
        if method is None:
            return module.call, module.context
        for call in method.calls:
            # `class Head(nn.Sequential)`: super().__init__(...)
            if isinstance(call.func, Attr) and call.func.name == "__init__":
                return call, self.method_frame(method, module)
        return None

    def is_sequential(self, value: Instance) -> bool:
        """Whether an object runs its layers one after the other."""
        if value.cls is None:
            return value.last == "Sequential"
        return self.find_method(value.cls, "forward") is None and any(
            name.endswith(".Sequential") for name in self.external_bases(value.cls)
        )

    def _item(self, node: Item, context: Context | None) -> Values:
        return self.item(self.values(node.base, context), node.index, context) or (self.opaque(node, context),)

    def item(self, bases: Values, index: Node, context: Context | None) -> Values:
        """`base[index]` for containers and container modules; empty if unknown."""
        key = self.constant(index, context)
        results: list[Value] = []
        for base in map(self._plain_dict, bases):
            if isinstance(base, External) and base.last == "__dict__":
                # models.__dict__[name]
                results.append(self._some_member(base.name.rpartition(".")[0], key))
                continue
            if isinstance(base, Container) and base.keys is not None:
                if isinstance(key, (str, int)) and key in base.keys:
                    results += self.values(*base.keys[key])
                elif key is None and base.exact:
                    for entry in base.keys.values():
                        results += self.values(*entry)
                else:
                    return ()
                continue
            items: list[Bound] | None = None
            if isinstance(base, Container):
                items = self.grown(base) if base.exact else None
            elif isinstance(base, Instance) and base.last in ("Sequential", "ModuleList", "ModuleDict"):
                items = self.children(base)
            if items is None:
                return ()
            if isinstance(key, int) and -len(items) <= key < len(items):
                results += self.values(*items[key])
            elif isinstance(index, Slice) and isinstance(base, Container):
                bounds = [self.constant(part, context) for part in (index.lower, index.upper, index.step)]
                if any(
                    part is not None and not isinstance(bound, int)
                    for part, bound in zip((index.lower, index.upper, index.step), bounds)
                ):
                    return ()
                lower, upper, step = (bound if isinstance(bound, int) else None for bound in bounds)
                part = items[lower:upper:step]
                results.append(Container(base.kind, base.node, base.context, tuple(part), None, True))
            else:
                return ()
        return self._distinct(results)

    def _plain_dict(self, value: Value) -> Value:
        """The dict that a ModuleDict was made of; other values as they are."""
        if isinstance(value, Instance) and value.last == "ModuleDict" and value.call is not None and value.call.args:
            given = self.values(value.call.args[0], value.context)
            if len(given) == 1 and isinstance(given[0], Container) and given[0].keys is not None:
                return given[0]
        return value

    def _part(self, node: Part, context: Context | None) -> Values:
        results: list[Value] = []
        for base in self.values(node.base, context):
            if isinstance(base, Container) and base.keys is None and base.exact:
                items = self.grown(base)
                if -len(items) <= node.index < len(items):
                    results += self.values(*items[node.index])
                    continue
            elif isinstance(base, Opaque) and isinstance(base.node, Element):
                zipped = self._zipped(base.node, node.index, base.context)
                if zipped:
                    results += zipped
                    continue
            elif isinstance(base, Opaque) and isinstance(base.node, Comprehension):
                results += self.values(base.node.element, base.context)
                continue
            return (self.opaque(node, context),)
        return tuple(results)

    def _zipped(self, element: Element, index: int, context: Context | None) -> Values:
        """Part `index` of an element of `zip(...)`, `enumerate(...)` or `mapping.items()`."""
        for source in self.values(element.base, context):
            if not isinstance(source, Opaque) or not isinstance(source.node, Call):
                continue
            call = source.node
            names = [value.last for value in self.values(call.func, source.context) if isinstance(value, External)]
            if "zip" in names and 0 <= index < len(call.args):
                return self.elements(call.args[index], source.context)
            if "enumerate" in names and index == 1 and call.args:
                return self.elements(call.args[0], source.context)
            if isinstance(call.func, Attr) and call.func.name == "items" and index == 1:
                results: list[Value] = []
                for base in self.values(call.func.base, source.context):
                    if isinstance(base, Container) and base.keys is not None:
                        for entry in base.keys.values():
                            results += self.values(*entry)
                return tuple(results)
        return ()

    # ------------------------------------------------------------ attributes

    def _attr(self, node: Attr, context: Context | None) -> Values:
        results: list[Value] = []
        for base in self.values(node.base, context):
            found = self.attribute(base, node.name)
            results += found if found else (self.opaque(node, context),)
        return tuple(results)  # nothing yet if the base is what is being asked for: `model = model.train()` in a loop

    def attribute(self, base: Value, name: str) -> Values:
        """What `base.name` is; empty if unknown."""
        if isinstance(base, External):
            return (self.intern(External, f"{base.name}.{name}"),)
        if isinstance(base, Namespace):
            return self.member(base.path, name, 0)
        if isinstance(base, Instance):
            return self._instance_attribute(base, name)
        if isinstance(base, ClassValue):
            return self._class_attribute(base.cls, name, None)
        return ()

    def _instance_attribute(self, base: Instance, name: str) -> Values:
        if base.cls is None:
            # layers of torch keep their settings: `self.dropout.p`
            setting = base.call.keyword(name) if base.call is not None and base.name.startswith("torch.nn.") else None
            return self.values(setting, base.context) if setting is not None else ()
        found = self._class_attribute(base.cls, name, base)
        if found:
            return found
        if name == "module":  # DataParallel and friends are looked through
            return (base,)
        return ()

    def _class_attribute(self, cls: Class, name: str, instance: Instance | None) -> Values:
        key = (id(cls), name, id(instance))
        found = self._attributes.get(key)
        if found is None:
            self._attributes[key] = ()  # an attribute that is defined by itself
            found = self._attributes[key] = self._find_attribute(cls, name, instance)
        return found

    def _find_attribute(self, cls: Class, name: str, instance: Instance | None) -> Values:
        stored: list[Value] = []
        classes = self.mro(cls)
        for owner in classes:
            method = owner.methods.get(name)
            if method is not None and not stored:
                if any(isinstance(d, Free) and d.name in ("property", "cached_property") for d in method.decorators):
                    return self.returned(method, self.frame(method, None, None, instance))
                bound = None if self._is_static(method) else instance
                return (self.intern(FunctionValue, method, bound, None),)
        for owner in classes:
            for method in owner.methods.values():
                for store in method.stores:
                    target = store.target
                    if (
                        isinstance(target, Attr)
                        and target.name == name
                        and method.params
                        and target.base is method.params[0]
                        and store.op == "="
                    ):
                        for frame in self._storing_frames(method, instance, store.value):
                            if self.feasible(store.guards, frame):
                                stored += self.values(store.value, frame)
            if not stored and name in owner.body.bindings:
                stored += self.union(owner.body.bindings[name], None)
        known = [value for value in stored if not (isinstance(value, Constant) and value.value is None)]
        return self._distinct(known or stored)

    def _storing_frames(self, method: Function, instance: Instance | None, value: Node) -> list[Context | None]:
        """The frames in which a method stored an attribute of `instance`."""
        alone = self.method_frame(method, instance)
        if method.name == "__init__" or instance is None:
            return [alone]
        if not any(isinstance(found, Opaque) and isinstance(found.node, Param) for found in self.values(value, alone)):
            return [alone]
        # `install(self, loss)`: the loss is known where install is called on this very object
        entered = [
            frame for frame in self.callers.contexts(method) if frame and frame.call and frame.self_value is instance
        ]
        return [*entered] or [alone]

    def method_frame(self, method: Function, instance: Instance | None) -> Context | None:
        """The frame in which a method of `instance` ran: for `__init__`, the call that created the object."""
        if instance is None:
            return None
        origin = instance
        while origin.copied is not None:
            origin = origin.copied
        if method.name == "__init__" and origin.call is not None and origin.cls is not None:
            own = self.find_method(origin.cls, "__init__")
            if own is method:
                return self.frame(method, origin.call, origin.context, instance)
            for call in own.calls if own is not None else ():
                # super().__init__(...) hands the arguments on
                if isinstance(call.func, Attr) and call.func.name == "__init__" and own is not None:
                    outer = self.frame(own, origin.call, origin.context, instance)
                    return self.frame(method, call, outer, instance)
        return self.frame(method, None, None, instance)

    def mro(self, cls: Class) -> list[Class]:
        """The class and its bases in the project, nearest first."""
        found: list[Class] = []
        queue = [cls]
        while queue and len(found) < 12:
            current = queue.pop(0)
            if current in found:
                continue
            found.append(current)
            for base in current.bases:
                queue += [value.cls for value in self.values(base, None) if isinstance(value, ClassValue)]
        return found

    def external_bases(self, cls: Class) -> set[str]:
        """The dotted names of the classes outside the project that `cls` derives from."""
        return {
            value.name
            for owner in self.mro(cls)
            for base in owner.bases
            for value in self.values(base, None)
            if isinstance(value, External)
        }

    def find_method(self, cls: Class, name: str) -> Function | None:
        for owner in self.mro(cls):
            if name in owner.methods:
                return owner.methods[name]
        return None

    # ----------------------------------------------------------------- calls

    def _call(self, node: Call, context: Context | None) -> Values:
        results: list[Value] = []
        for callee in self.values(node.func, context):
            results += self.called(callee, node, context)
        return tuple(results)

    def called(self, callee: Value, call: Call, context: Context | None) -> Values:
        """What `call` gives if it calls `callee`."""
        if isinstance(callee, ClassValue):
            return (self.intern(Instance, callee.cls, "", call, _plain(context)),)
        if isinstance(callee, External):
            return self._external_call(callee, call, context)
        entered = self.entered(callee, call, context)
        if entered is not None:
            if isinstance(callee, Instance) and entered.function.name == "forward":
                return (self.opaque(call, context),)
            return self.returned(entered.function, entered) or (self.opaque(call, context),)
        if isinstance(call.func, Attr) and isinstance(callee, Opaque):
            return self._method_call(call.func, call, context)
        return (self.opaque(call, context),)

    def entered(self, callee: Value, call: Call, context: Context | None) -> Context | None:
        """The frame that calling `callee` opens, None if that is no code of the project."""
        if context is not None and context.depth >= MAX_DEPTH:
            return None
        if isinstance(callee, Opaque) and isinstance(call.func, Attr):
            found = self._super_method(call.func, context)
            return self.frame(found[0], call, context, found[1]) if found is not None else None
        if isinstance(callee, FunctionValue):
            function = callee.function
            if context is not None and self._recursive(context, function):
                return None
            return self.frame(function, call, context, callee.self_value, callee.closure)
        if isinstance(callee, Instance) and callee.cls is not None:
            for name in ("forward", "__call__"):
                method = self.find_method(callee.cls, name)
                if method is not None:
                    return self.frame(method, call, context, callee)
        if isinstance(callee, ClassValue):
            method = self.find_method(callee.cls, "__init__")
            if method is not None:
                instance = self.intern(Instance, callee.cls, "", call, _plain(context))
                return self.frame(method, call, context, instance)
        return None

    def _recursive(self, context: Context, function: Function) -> bool:
        frame: Context | None = context
        while frame is not None:
            if frame.function is function and frame.picked is None:
                return True
            frame = frame.caller
        return False

    def returned(self, function: Function, frame: Context | None) -> Values:
        """What a function returns in `frame`; empty for a generator or a function without a return."""
        results: list[Value] = []
        for item in function.returns:
            if item.yielded:
                return ()
            if self.feasible(item.guards, frame):
                results += self.values(item.value, frame)
        return self._distinct(results)

    def _external_call(self, callee: External, call: Call, context: Context | None) -> Values:
        if transparent.is_copy(callee.name) and call.args:
            return tuple(
                self.intern(Instance, value.cls, value.name, call, _plain(context), value)
                if isinstance(value, Instance)
                else value
                for value in self.values(call.args[0], context)
            )
        wrapped = transparent.wrapped_argument(callee.name)
        if wrapped is not None:
            inner = call.args[0] if call.args else call.keyword(wrapped)
            if inner is not None:
                return self.values(inner, context)
        if callee.name == "builtins.super" and context is not None:
            return (self.opaque(call, context),)
        if callee.name == "functools.partial" and call.args:
            return self.values(call.args[0], context)
        if callee.name == "builtins.getattr" and len(call.args) >= 2:
            found = self._getattr(call, context)
            if found:
                return found
        if callee.name in ("builtins.list", "builtins.tuple", "builtins.reversed") and len(call.args) == 1:
            inner_values = self.values(call.args[0], context)
            if all(isinstance(value, Container) for value in inner_values):
                return inner_values
        if callee.name in ("builtins.dict", "argparse.Namespace") and not call.args:
            keys: dict[object, Bound] = {k: (v, context) for k, v in call.keywords if k is not None}
            return (self._container("dict", call, context, (), keys, all(k is not None for k, _ in call.keywords)),)
        if transparent.is_class(callee.name):
            return (self.intern(Instance, None, callee.name, call, _plain(context)),)
        return (self.opaque(call, context),)

    def _getattr(self, call: Call, context: Context | None) -> Values:
        """`getattr(models, name)`."""
        name = self.constant(call.args[1], context)
        results: list[Value] = []
        for base in self.values(call.args[0], context):
            if isinstance(base, External):
                results.append(self._some_member(base.name, name))
            elif isinstance(name, str):
                results += self.attribute(base, name)
            else:
                return ()
        return tuple(results)

    def _some_member(self, module: str, name: object) -> External:
        """A member of a module outside the project, perhaps one whose name is not known."""
        return self.intern(External, f"{module}.{name if isinstance(name, str) else '<any>'}")

    def _method_call(self, func: Attr, call: Call, context: Context | None) -> Values:
        """A method the project doesn't define: some hand back their object, `dict.get` its item."""
        bases = self.values(func.base, context)
        if not bases:
            return ()
        objects = tuple(base for base in bases if isinstance(base, Instance))
        if objects and func.name in _FLUENT:
            return objects
        if func.name == "get" and call.args and all(isinstance(b, Container) and b.keys is not None for b in bases):
            found = self.item(bases, call.args[0], context)
            if found:
                return found
        if func.name == "values" and len(bases) == 1:
            base = bases[0]
            if isinstance(base, Container) and base.keys is not None:
                return (self._container("list", call, context, tuple(base.keys.values()), None, base.exact),)
        return (self.opaque(call, context),)

    def _super_method(self, func: Attr, context: Context | None) -> tuple[Function, Instance | None] | None:
        """`super().name`: the method of the next base that has it."""
        base = func.base
        if not (isinstance(base, Call) and isinstance(base.func, Free) and base.func.name == "super"):
            return None
        cls = base.function.cls
        if cls is None:
            return None
        for owner in self.mro(cls)[1:]:
            if func.name in owner.methods:
                frame = context.of(base.function) if context is not None else None
                return owner.methods[func.name], frame.self_value if frame is not None else None
        return None

    def _binary(self, node: Binary, context: Context | None) -> Values:
        left = self.values(node.left, context)
        right = self.values(node.right, context)
        if node.op == "Add" and len(left) == 1 and len(right) == 1:
            a, b = left[0], right[0]
            if isinstance(a, Container) and isinstance(b, Container) and a.keys is None and b.keys is None:
                items = (*self.grown(a), *self.grown(b))
                return (self._container("list", node, context, items, None, a.exact and b.exact),)
        return (self.opaque(node, context),)


def _plain(context: Context | None) -> Context | None:
    return context.plain if context is not None else None


_HANDLERS: dict[type, Any] = {
    Const: Evaluator._const,
    Free: Evaluator._free,
    Imported: Evaluator._imported,
    Param: Evaluator._param,
    Choice: Evaluator._choice,
    Join: Evaluator._join,
    Loop: Evaluator._loop,
    Boolean: Evaluator._boolean,
    FunctionRef: Evaluator._function_ref,
    ClassRef: Evaluator._class_ref,
    Entered: Evaluator._entered,
    Display: Evaluator._display,
    Mapping: Evaluator._mapping,
    Update: Evaluator._update,
    Comprehension: Evaluator._comprehension,
    Element: Evaluator._element,
    Item: Evaluator._item,
    Part: Evaluator._part,
    Attr: Evaluator._attr,
    Call: Evaluator._call,
    Binary: Evaluator._binary,
}
