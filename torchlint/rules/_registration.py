"""Whether a class registers the modules that it keeps in a plain container by other means (TLN601)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from torchlint.semantics.functions import Function
from torchlint.semantics.knowledge.layers import HOLDERS
from torchlint.semantics.layers import is_self
from torchlint.semantics.nodes import (
    Attr,
    Binary,
    Call,
    Choice,
    Comprehension,
    Const,
    Display,
    Element,
    Free,
    Item,
    Join,
    Loop,
    Mapping,
    Node,
    Part,
    Starred,
    Update,
    strip,
)
from torchlint.semantics.operations import called_name

if TYPE_CHECKING:
    from torchlint.semantics.module import Module

#: Methods of a list that put something in.
ADDING = {"append": 0, "extend": 0, "insert": 1}

#: Calls on self that register whatever they are given.
_REGISTERING = frozenset({"add_module", "register_module", "register_parameter", "setattr", "__setattr__"})

#: Methods that a class defines to look after such modules itself.
_OWN_CARE = frozenset(
    {"parameters", "named_parameters", "_apply", "state_dict", "get_parameters", "modules", "children", "__setattr__"}
)

#: Functions that give the items of what they are given.
_LISTING = frozenset({"zip", "enumerate", "reversed", "list", "tuple", "iter"})

#: Functions that only look at what they are given.
_LOOKING = frozenset({"len", "zip", "enumerate", "range", "reversed", "print", "isinstance", "bool", "sum", "iter"})


class Registration:
    """What the methods of one class, and the code around it, do with what an attribute of it holds."""

    def __init__(self, module: Module, methods: list[Function]) -> None:
        self.module, self.methods, self.evaluator = module, methods, module.evaluator

    def cares_itself(self) -> bool:
        return any(method.name in _OWN_CARE for method in self.methods)

    def is_registered(self, name: str) -> bool:
        """Whether something else may register what the container holds."""
        for method in self.methods:
            # `def make(i): self.add_module(...)` in `__init__`
            if any(called_name(call) in _REGISTERING for inner in method.inner for call in inner.calls):
                return True
            for call in method.calls:
                func = call.func
                called = called_name(call)
                if called in _REGISTERING or (called == "parameters" and method.name == "__init__"):
                    return True  # what is asked for its parameters there is registered by them
                if called in _LOOKING or _only_runs(call):
                    continue
                if isinstance(func, Attr) and is_attribute(func.base, name, method):
                    continue
                if any(self._mentions(part, name, method, 0) for part in call.parts()[1:]):
                    return True
            for store in method.stores:
                # `self.first = self.layers[0]`
                if isinstance(store.target, Attr) and is_self(store.target.base, method):
                    if self._mentions(store.value, name, method, 0) or self._is_item(store.value, name, method):
                        return True
                    if method.name == "__init__" and self._is_made_of_item(store.value, name, method):
                        return True
                    if store.target.name == name and _is_handed_on(store.value, method):
                        return True
                    # the same local list under two names: `self.all = nn.ModuleList(layers)`
                    if store.target.name != name and self._shares(store.value, name, method):
                        return True
        return self._is_handed_out(name) or self._is_handled_outside(name)

    def _is_item(self, node: Node, name: str, method: Function) -> bool:
        node = strip(node)
        return isinstance(node, Item) and is_attribute(node.base, name, method)

    def _is_made_of_item(self, node: Node, name: str, method: Function) -> bool:
        """`nn.Sequential(*self.nets[kind].children())`: the parts of the item that was asked for are registered."""
        node = strip(node)
        return (
            isinstance(node, Call)
            and called_name(node) in HOLDERS
            and any(self._is_parts_of_item(argument, name, method) for argument in node.args)
        )

    def _is_parts_of_item(self, node: Node, name: str, method: Function) -> bool:
        """Whether a node is an item of the container, or parts of one: `*list(self.nets[kind].children())[:-1]`."""
        for _ in range(6):
            node = strip(node)
            if self._is_item(node, name, method):
                return isinstance(node, Item) and not isinstance(node.index, Const)
            if isinstance(node, (Starred, Item)):
                node = node.base
            elif isinstance(node, Call) and called_name(node) in ("list", "tuple") and node.args:
                node = node.args[0]
            elif (
                isinstance(node, Call) and called_name(node) in ("children", "modules") and isinstance(node.func, Attr)
            ):
                node = node.func.base
            else:
                return False
        return False

    def _is_handed_out(self, name: str) -> bool:
        """Whether a method gives back one item of the container, to be registered: `self.net = self._chosen(kind)`."""
        return any(
            self._is_item(part, name, method)
            for method in self.methods
            for item in method.returns
            for part in (item.value, *item.value.parts())
        )

    def _is_handled_outside(self, name: str) -> bool:
        """Whether code somewhere asks the container, or its items, for their parameters: `for l in net.layers: ...`."""
        for module in self.evaluator.callers.around(self.module, name):
            for asked in ("parameters", "named_parameters", "eval", "requires_grad_", "state_dict"):
                for call in module.calls_by_name.get(asked, ()):
                    if isinstance(call.func, Attr) and _passes_through(call.func.base, name):
                        return True
            for called in ("ModuleList", "ModuleDict", "Sequential", "ParameterList", "ParameterDict"):
                for call in module.calls_by_name.get(called, ()):
                    if any(_passes_through(arg, name) for arg in call.args) and not _only_runs(call):
                        return True
        return False

    def _mentions(self, node: Node, name: str, method: Function, depth: int) -> bool:
        """Whether a value hands on the container as a whole."""
        node = strip(node)
        if depth > 4:
            return False
        if is_attribute(node, name, method):
            return True
        if isinstance(node, Binary) and node.op == "Add":
            return any(self._mentions(part, name, method, depth + 1) for part in node.parts())
        if isinstance(node, (Starred, Display, Choice, Join, Comprehension, Mapping)):
            source = (node.source,) if isinstance(node, Comprehension) and _hands_out(node.element, node, 0) else ()
            return any(self._mentions(part, name, method, depth + 1) for part in (*node.parts(), *source))
        return False

    def _shares(self, value: Node, name: str, method: Function) -> bool:
        """Whether the container is also what another attribute is made of."""
        own = [
            strip(store.value)
            for store in method.stores
            if isinstance(store.target, Attr) and store.target.name == name and is_self(store.target.base, method)
        ]
        queue, seen = [value], 0
        while queue and seen < 60:
            node = strip(queue.pop())
            seen += 1
            if any(leads_to(node, other) for other in own):
                return True
            queue += node.parts()
        return False

    def is_own_attribute(self, node: Node) -> bool:
        """Whether an item is an attribute of the module as well."""
        node = strip(node)
        if isinstance(node, Attr):
            return True
        return any(
            strip(store.value) is node and isinstance(store.target, Attr) and is_self(store.target.base, method)
            for method in self.methods
            for store in method.stores
        )


def is_attribute(node: Node, name: str, method: Function) -> bool:
    """Whether a value is `self.name`, or an item of it."""
    node = strip(node)
    while isinstance(node, Item):
        node = strip(node.base)
    return isinstance(node, Attr) and node.name == name and is_self(node.base, method)


def leads_to(node: Node, wanted: Node) -> bool:
    """Whether a node is, or may be, another one."""
    queue, seen = [node], 0
    while queue and seen < 20:
        current = strip(queue.pop())
        seen += 1
        if current is wanted:
            return True
        if isinstance(current, (Choice, Join, Loop)):
            queue += current.parts()
        elif isinstance(current, (Update, Starred)):
            queue.append(current.base)
    return False


def _only_runs(call: Call) -> bool:
    """`nn.Sequential(*self.layers)(x)` in `forward`: nothing is kept, so nothing is registered."""
    function = call.function
    return (
        called_name(call) == "Sequential"
        and function.name == "forward"
        and not any(strip(store.value) is call for store in function.stores)
    )


def _is_handed_on(container: Node, method: Function) -> bool:
    """Whether the items of a local list are put somewhere else, too: `for layer in layers: steps.append(layer)`."""
    container = strip(container)
    return any(
        isinstance(call.func, Attr) and call.func.name in ADDING and any(_is_drawn(arg, container) for arg in call.args)
        for call in method.calls
    )


def _is_drawn(node: Node, container: Node) -> bool:
    """Whether a loop over a container, perhaps beside others, gives a node."""
    node = strip(node)
    while isinstance(node, (Part, Element)):
        node = strip(node.base)
    sources = node.args if isinstance(node, Call) and called_name(node) in _LISTING else (node,)
    return any(leads_to(source, container) for source in sources)


def _hands_out(node: Node, comprehension: Comprehension, depth: int) -> bool:
    """Whether what a comprehension gives holds what it draws: not in `[conv(x) for conv in self.convs]`."""
    node = strip(node)
    if _is_from(node, comprehension) or depth > 8:
        return True
    parts = node.parts()
    if isinstance(node, Call) and _is_from(strip(node.func), comprehension):
        parts = parts[1:]
    return any(_hands_out(part, comprehension, depth + 1) for part in parts)


def _is_from(node: Node, comprehension: Comprehension) -> bool:
    """Whether a node is what a comprehension draws, or a part of that."""
    while isinstance(node, (Part, Item)):
        node = strip(node.base)
    return isinstance(node, Element) and strip(node.base) is strip(comprehension.source)


def _passes_through(node: Node, name: str) -> bool:
    """Whether an attribute of that name lies on the way to a value: `net.layers[0]`, an element of `net.layers`."""
    for _ in range(8):
        node = strip(node)
        if isinstance(node, Attr) and node.name == name:
            return True
        if isinstance(node, (Attr, Item, Element, Starred)):
            node = node.base
        elif isinstance(node, Comprehension):
            node = node.source
        elif isinstance(node, Call):
            if isinstance(node.func, Attr) and node.func.name in ("values", "items") and not node.args:
                node = node.func.base
            elif isinstance(node.func, Free) and node.func.name in _LISTING and node.args:
                return any(_passes_through(arg, name) for arg in node.args)
            else:
                return False
        elif hasattr(node, "base"):
            node = node.base
        else:
            return False
    return False
