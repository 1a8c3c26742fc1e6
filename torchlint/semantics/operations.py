"""The arithmetic of a function: which operations stand in it, and who takes their results."""

from __future__ import annotations

from functools import cached_property

from torchlint.semantics.functions import Function
from torchlint.semantics.knowledge.dtypes import ARITHMETIC
from torchlint.semantics.knowledge.training import PLAIN
from torchlint.semantics.nodes import Attr, Binary, Call, Choice, Comprehension, Free, Item, Loop, Node, Param, Unary

#: Nodes of a function that are looked at.
MAX_NODES = 60_000


class Operations:
    """The operations of one function, in the order of the source."""

    def __init__(self, function: Function) -> None:
        self.function = function
        calls = [call for call in function.calls if called_name(call) in ARITHMETIC]
        self.found: list[Binary | Unary | Call] = [*function.operations, *calls]
        if calls:
            self.found.sort(key=lambda node: node.n)

    @cached_property
    def items(self) -> list[Item]:
        """The subscripts of the function."""
        found = {id(node): node for nodes in self.takers.values() for node in nodes if isinstance(node, Item)}
        return sorted(found.values(), key=lambda item: item.n)

    @cached_property
    def takers(self) -> dict[int, list[Node]]:
        """By identity of a node, the nodes that are computed from it directly."""
        function = self.function
        stack: list[Node] = [value for values in function.bindings.values() for value in values]
        stack += [item.value for item in function.returns]
        stack += function.calls
        for store in function.stores:
            stack += (store.target, store.value)
        for guards in (*(call.guards for call in function.calls), *(item.guards for item in function.returns)):
            stack += [cond for cond, _ in guards]
        takers: dict[int, list[Node]] = {}
        seen: set[int] = set()
        while stack and len(seen) < MAX_NODES:
            node = stack.pop()
            if id(node) in seen:
                continue
            seen.add(id(node))
            parts = node.parts()
            if isinstance(node, Choice):
                parts = (*parts, node.cond)
            elif isinstance(node, Comprehension):
                parts = (*parts, node.source)
            for part in parts:
                takers.setdefault(id(part), []).append(node)
            stack += parts
        return takers

    def takers_of(self, node: Node) -> list[Node]:
        """The nodes that are computed from `node` directly."""
        return self.takers.get(id(node), [])

    def taking_calls(self, node: Node) -> list[Call]:
        """The calls that take `node` as an argument, or are methods of it."""
        calls = []
        for taker in self.takers_of(node):
            if isinstance(taker, Attr):
                calls += [call for call in self.takers_of(taker) if isinstance(call, Call) and call.func is taker]
            elif isinstance(taker, Call):
                calls.append(taker)
        return calls


def called_name(call: Call) -> str:
    """The last part of the name that a call calls, as it is written."""
    func = call.func
    if isinstance(func, (Attr, Free)):
        return func.name
    name = getattr(func, "name", None)
    return name if isinstance(name, str) else ""


def whose_parameters(node: Node | None) -> Node | None:
    """`net` of `net.parameters()`."""
    if isinstance(node, Call) and isinstance(node.func, Attr) and node.func.name == "parameters":
        return node.func.base
    return None


def is_plain(call: Call) -> bool:
    """Whether a call is that of a method of tensors, texts or containers, by its name: what it is called on takes time
    to find out. `self.norm(x)` may be a layer.
    """
    func = call.func
    if not isinstance(func, Attr) or func.name not in PLAIN:
        return False
    base = func.base
    return not isinstance(base, Param) or base.index != 0 or not base.function.is_method


def before_loop(node: Node) -> Node:
    """The variable before the loop: in-place arithmetic keeps its dtype."""
    for _ in range(8):
        if isinstance(node, Loop):
            node = node.init
        elif isinstance(node, Binary) and node.in_place:
            node = node.left
        else:
            break
    return node


def depends_on_param(node: Node) -> bool:
    """Whether a parameter of the function, or an attribute of `self`, has a part in a value."""
    stack, seen = [node], set[int]()
    while stack and len(seen) < 400:
        current = stack.pop()
        if id(current) in seen:
            continue
        seen.add(id(current))
        if isinstance(current, Param):
            return True
        stack += current.parts()
    return False
