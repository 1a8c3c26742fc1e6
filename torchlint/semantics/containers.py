"""What stands in tuples, lists, dicts and containers of layers: written out, appended, drawn by a loop."""

from __future__ import annotations

from typing import TYPE_CHECKING

from torchlint.semantics.functions import Function
from torchlint.semantics.nodes import (
    Attr,
    Binary,
    Call,
    Comprehension,
    Display,
    Element,
    Guards,
    Item,
    Loop,
    Mapping,
    Node,
    Part,
    Slice,
    Starred,
    Update,
    strip,
)
from torchlint.semantics.values import (
    Bound,
    Container,
    Context,
    External,
    Instance,
    Opaque,
    Value,
    Values,
)

if TYPE_CHECKING:
    from torchlint.semantics.evaluate import Evaluator

_MUTATORS = frozenset({"append", "extend", "insert", "add_module", "register_module"})


class Containers:
    def __init__(self, evaluator: Evaluator) -> None:
        self.evaluator = evaluator
        #: items of lists that are only added under these conditions, of which nothing is known
        self.optional: dict[tuple[int, Context | None], Guards] = {}

    def forget(self) -> None:
        self.optional.clear()

    def display(self, node: Display, context: Context | None) -> Values:
        items: list[Bound] = []
        exact = True
        for item in node.items:
            if not isinstance(item, Starred):
                items.append((item, context))
                continue
            spread = self.evaluator.values(item.base, context)
            if len(spread) == 1 and isinstance(spread[0], Container) and spread[0].keys is None and spread[0].exact:
                items += self.grown(spread[0])
            else:
                exact = False
        return (self.container(node.kind, node, context, tuple(items), None, exact),)

    def mapping(self, node: Mapping, context: Context | None) -> Values:
        keys: dict[object, Bound] = {}
        exact = True
        for key, value in node.items:
            name = self.evaluator.constant(key, context) if key is not None else None
            if isinstance(name, (str, int, bool)):
                keys[name] = (value, context)
            else:
                exact = False
        return (self.container("dict", node, context, (), keys, exact),)

    def update(self, node: Update, context: Context | None) -> Values:
        key = self.evaluator.constant(node.key, context)
        results: list[Value] = []
        for base in self.evaluator.values(node.base, context):
            if isinstance(base, Container) and base.keys is not None and isinstance(key, (str, int)):
                keys = {**base.keys, key: (node.value, context)}
                results.append(self.container("dict", node, context, (), keys, base.exact))
            elif isinstance(base, (Container, Instance)):
                results.append(base)
            else:
                results.append(self.evaluator.opaque(node, context))
        return tuple(results)

    def container(
        self,
        kind: str,
        node: Node,
        context: Context | None,
        items: tuple[Bound, ...],
        keys: dict[object, Bound] | None,
        exact: bool,
    ) -> Container:
        key = (Container, id(node), id(context))
        found: Container | None = self.evaluator.interned.get(key)
        if found is None:
            found = Container(kind, node, context, items, keys, exact)
            self.evaluator.interned[key] = found
            self.evaluator.held.append((node, context))
        return found

    def mutations(self, value: Value, function: Function, frame: Context | None) -> list[tuple[str, Call]]:
        """Calls in `function` that add to a list or a container module, in order."""
        found = []
        for call in function.calls:
            if isinstance(call.func, Attr) and call.func.name in _MUTATORS:
                if any(base is value for base in self.evaluator.values(call.func.base, frame)):
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
                for value in self.evaluator.values(call.args[0], container.context):
                    if isinstance(value, Container):
                        items += value.items
        return items

    def _is_added(self, call: Call, context: Context | None, item: Bound, within: Guards) -> bool:
        """Whether an item may be added by `call`."""
        if not self.evaluator.feasible(call.guards, context):
            return False
        unknown = tuple(g for g in call.guards if g not in within and self.evaluator.truth(g[0], context) is None)
        if unknown:
            self.optional[id(item[0]), item[1]] = unknown
            self.evaluator.held.append(item)
        return True

    def _function_of(self, container: Container) -> Function | None:
        return container.context.function if container.context is not None else None

    def element(self, node: Element, context: Context | None) -> Values:
        frame = context
        while frame is not None:
            if frame.picked is not None and frame.picked[0] is node:
                return self.evaluator.values(*frame.picked[1])
            frame = frame.caller
        return self.elements(node.base, context) or (self.evaluator.opaque(node, context),)

    def elements(self, node: Node, context: Context | None) -> Values:
        """What iterating over `node` gives; empty if unknown."""
        results: list[Value] = []
        for base in self.evaluator.values(node, context):
            if isinstance(base, Container) and base.keys is None:
                for item in self.grown(base):
                    results += self.evaluator.values(*item)
            elif isinstance(base, Opaque) and isinstance(base.node, Comprehension):
                results += self.evaluator.values(base.node.element, base.context)
            elif isinstance(base, Instance) and base.last in ("ModuleList", "Sequential") and base.call is not None:
                for child in self.children(base) or ():
                    results += self.evaluator.values(*child)
            else:
                return ()
        return self.evaluator.distinct(results)

    def children(self, module: Instance) -> list[Bound] | None:
        """The layers of a Sequential or ModuleList, in order; None if they are not known."""
        origin = module
        while origin.copied is not None:
            origin = origin.copied
        made = self._making(origin)
        if made is None:
            return None
        arguments = self.evaluator.arguments(*made)
        if not arguments.exact:
            return None
        found: list[Bound] = []
        for item in arguments.positional:
            values = self.evaluator.values(*item)
            # `self.layers = nn.ModuleList(self.layers)`: by its name, the list may be the module that it goes into
            spread = [value for value in values if value is not module and value is not origin]
            first = spread[0] if len(spread) == 1 else None
            if isinstance(first, Instance) and first.last == "OrderedDict" and first.call is not None:
                inner = [v for a in first.call.args for v in self.evaluator.values(a, first.context)]
                first = inner[0] if len(inner) == 1 else None
            if isinstance(first, Container):
                if first.keys is not None:
                    found += first.keys.values()
                    continue
                for entry in self.grown(first, made[0].guards):
                    pair = self.evaluator.values(*entry)
                    if len(pair) == 1 and isinstance(pair[0], Container) and len(pair[0].items) == 2:
                        found.append(pair[0].items[1])  # ("name", layer) of an OrderedDict
                    else:
                        found.append(entry)
            elif isinstance(first, Opaque) and isinstance(first.node, Comprehension):
                found.append((first.node.element, first.context))
            elif len(spread) < len(values):
                return None
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
        method = self.evaluator.find_method(module.cls, "__init__")
        if method is None:
            return module.call, module.context
        for call in method.calls:
            # `class Head(nn.Sequential)`: super().__init__(...)
            if isinstance(call.func, Attr) and call.func.name == "__init__":
                return call, self.evaluator.method_frame(method, module)
        return None

    def is_sequential(self, value: Instance) -> bool:
        """Whether an object runs its layers one after the other."""
        if value.cls is None:
            return value.last == "Sequential"
        return self.evaluator.find_method(value.cls, "forward") is None and any(
            name.endswith(".Sequential") for name in self.evaluator.external_bases(value.cls)
        )

    def subscript(self, node: Item, context: Context | None) -> Values:
        return self.item(self.evaluator.values(node.base, context), node.index, context) or (
            self.evaluator.opaque(node, context),
        )

    def item(self, bases: Values, index: Node, context: Context | None) -> Values:
        """`base[index]` for containers and container modules; empty if unknown."""
        key = self.evaluator.constant(index, context)
        results: list[Value] = []
        for base in map(self._plain_dict, bases):
            if isinstance(base, External) and base.last == "__dict__":
                # models.__dict__[name]
                results.append(self.evaluator.calls.some_member(base.name.rpartition(".")[0], key))
                continue
            if isinstance(base, Container) and base.keys is not None:
                if isinstance(key, (str, int)) and key in base.keys:
                    results += self.evaluator.values(*base.keys[key])
                elif key is None and base.exact:
                    for entry in base.keys.values():
                        results += self.evaluator.values(*entry)
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
                results += self.evaluator.values(*items[key])
            elif isinstance(index, Slice) and isinstance(base, Container):
                bounds = [self.evaluator.constant(part, context) for part in (index.lower, index.upper, index.step)]
                if any(
                    part is not None and not isinstance(bound, int)
                    for part, bound in zip((index.lower, index.upper, index.step), bounds)
                ):
                    return ()
                lower, upper, step = (bound if isinstance(bound, int) else None for bound in bounds)
                part = items[lower:upper:step]
                results.append(Container(base.kind, base.node, base.context, tuple(part), None, True))
            elif key is None and isinstance(base, Container) and isinstance(strip(index), (Element, Loop)):
                # `models[i]` of a loop over their places: any of them
                for entry in items:
                    results += self.evaluator.values(*entry)
            else:
                return ()
        return self.evaluator.distinct(results)

    def _plain_dict(self, value: Value) -> Value:
        """The dict that a ModuleDict was made of; other values as they are."""
        if isinstance(value, Instance) and value.last == "ModuleDict" and value.call is not None and value.call.args:
            given = self.evaluator.values(value.call.args[0], value.context)
            if len(given) == 1 and isinstance(given[0], Container) and given[0].keys is not None:
                return given[0]
        return value

    def part(self, node: Part, context: Context | None) -> Values:
        results: list[Value] = []
        for base in self.evaluator.values(node.base, context):
            if isinstance(base, Container) and base.keys is None and base.exact:
                items = self.grown(base)
                if -len(items) <= node.index < len(items):
                    results += self.evaluator.values(*items[node.index])
                    continue
            elif isinstance(base, Opaque) and isinstance(base.node, Element):
                zipped = self._zipped(base.node, node.index, base.context)
                if zipped:
                    results += zipped
                    continue
            elif isinstance(base, Opaque) and isinstance(base.node, Comprehension):
                results += self.evaluator.values(base.node.element, base.context)
                continue
            return (self.evaluator.opaque(node, context),)
        return tuple(results)

    def _zipped(self, element: Element, index: int, context: Context | None) -> Values:
        """Part `index` of an element of `zip(...)`, `enumerate(...)` or `mapping.items()`."""
        for source in self.evaluator.values(element.base, context):
            if not isinstance(source, Opaque) or not isinstance(source.node, Call):
                continue
            call = source.node
            names = [
                value.last for value in self.evaluator.values(call.func, source.context) if isinstance(value, External)
            ]
            if "zip" in names and 0 <= index < len(call.args):
                return self.elements(call.args[index], source.context)
            if "enumerate" in names and index == 1 and call.args:
                return self.elements(call.args[0], source.context)
            if isinstance(call.func, Attr) and call.func.name == "items" and index == 1:
                results: list[Value] = []
                for base in self.evaluator.values(call.func.base, source.context):
                    if isinstance(base, Container) and base.keys is not None:
                        for entry in base.keys.values():
                            results += self.evaluator.values(*entry)
                return tuple(results)
        return ()

    def joined(self, node: Binary, context: Context | None) -> Values:
        left = self.evaluator.values(node.left, context)
        right = self.evaluator.values(node.right, context)
        if node.op == "Add" and len(left) == 1 and len(right) == 1:
            a, b = left[0], right[0]
            if isinstance(a, Container) and isinstance(b, Container) and a.keys is None and b.keys is None:
                items = (*self.grown(a), *self.grown(b))
                return (self.container("list", node, context, items, None, a.exact and b.exact),)
        return (self.evaluator.opaque(node, context),)
