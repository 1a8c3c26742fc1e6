"""What values are called, so that two mentions of one meet, and which conditions are taken to hold."""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING

from torchlint.semantics.functions import Function
from torchlint.semantics.nodes import (
    Attr,
    Binary,
    Boolean,
    Call,
    Compare,
    Const,
    Display,
    Free,
    Guards,
    Imported,
    Item,
    Loop,
    Node,
    Param,
    Part,
    Slice,
    Unary,
)
from torchlint.semantics.traces import Store
from torchlint.semantics.values import ClassValue, Context, Instance, Namespace

if TYPE_CHECKING:
    from torchlint.semantics.evaluate import Evaluator
    from torchlint.semantics.values import Bound

_ORDERS = frozenset({"LessThan", "GreaterThan", "LessThanEqual", "GreaterThanEqual"})


class ShapeNames:
    """The part of `Shapes` that tells values apart."""

    def __init__(self, evaluator: Evaluator) -> None:
        self.evaluator = evaluator
        #: conditions that are taken to hold or not, by key; and those that were met and are open
        self.world: dict[Hashable, bool] = {}
        self.open: dict[Hashable, None] = {}

    def argument(self, param: Param, context: Context | None) -> Bound | None:
        """What a parameter is bound to in this context, None if that is not known."""
        return self.evaluator.argument(param, context) if param.kind in ("plain", "keyword") else None

    def binding(self, node: Free, context: Context | None) -> Bound | None:
        """The one value of a name of an enclosing scope, None if there are several."""
        scope: Function | None = node.scope
        while scope is not None:
            values = scope.bindings.get(node.name)
            if values and not scope.is_class_body:
                frame = context.of(scope) if context is not None else None
                return (values[0], frame) if len(values) == 1 else None
            scope = scope.parent
        return None

    def stored(self, node: Attr, context: Context | None) -> Bound | None:
        """The one value that an attribute of an object of the project is ever given."""
        owners = self.evaluator.values(node.base, context)
        if len(owners) != 1:
            return None
        owner = owners[0]
        if isinstance(owner, Instance) and owner.cls is not None:
            return self._attribute_value(owner, node.name)
        if isinstance(owner, ClassValue):
            values = owner.cls.body.bindings.get(node.name, [])
            return (values[0], None) if len(values) == 1 else None
        if isinstance(owner, Namespace) and owner.path.suffix == ".py":
            module = self.evaluator.project.module_at(owner.path)
            values = module.top.bindings.get(node.name, []) if module is not None else []
            return (values[0], None) if len(values) == 1 else None
        return None

    def _attribute_value(self, owner: Instance, name: str) -> Bound | None:
        assert owner.cls is not None
        found: list[tuple[Store, Function]] = []
        for cls in self.evaluator.mro(owner.cls):
            if name in cls.methods:
                return None
            for method in cls.methods.values():
                for store in method.stores:
                    target = store.target
                    if not isinstance(target, Attr) or target.name != name or not method.params:
                        continue
                    if target.base is method.params[0]:
                        found.append((store, method))
            if found:
                break
            values = cls.body.bindings.get(name)
            if values:
                return (values[0], None) if len(values) == 1 else None
        if len(found) > 1:
            found = [
                (store, method)
                for store, method in found
                if self.evaluator.feasible(store.guards, self.evaluator.method_frame(method, owner))
            ] or found
        if len(found) != 1 or found[0][0].op != "=":
            return None
        store, method = found[0]
        return store.value, self.evaluator.method_frame(method, owner)

    def key(self, node: Node, context: Context | None, depth: int = 0) -> Hashable:
        """What identifies a value: two nodes of the same key are the same at run time."""
        while isinstance(node, Loop) and node.next is None:
            node = node.init
        if depth > 12:
            return ("n", id(node), id(context))
        deeper = depth + 1
        if isinstance(node, Const):
            return ("c", type(node.value).__name__, node.value)
        if isinstance(node, Param):
            bound = self.argument(node, context)
            if bound is not None:
                return self.key(*bound, deeper)
            frame = context.of(node.function) if context is not None else None
            return ("p", id(node), id(frame) if frame is not None and frame.call is not None else 0)
        if isinstance(node, Free):
            found = self.binding(node, context)
            if found is not None and not isinstance(found[0], Const):
                return self.key(*found, deeper)
            return ("g", id(node.scope.module), node.name)
        if isinstance(node, Imported):
            return ("i", node.path, node.name)
        if isinstance(node, Attr):
            found = self.stored(node, context)
            if found is not None and not isinstance(found[0], (Const, Call)):
                return self.key(*found, deeper)
            return ("a", self._owner(node.base, context, deeper), node.name)
        if isinstance(node, Part) and not node.starred:
            return ("e", self.key(node.base, context, deeper), node.index)
        if isinstance(node, Item):
            return ("e", self.key(node.base, context, deeper), self._index_key(node.index, context, deeper))
        if isinstance(node, (Binary, Compare)):
            return (node.op, self.key(node.left, context, deeper), self.key(node.right, context, deeper))
        if isinstance(node, Boolean):
            return (node.op, self.key(node.left, context, deeper), self.key(node.right, context, deeper))
        if isinstance(node, Unary):
            return (node.op, self.key(node.operand, context, deeper))
        if isinstance(node, Display):
            return (node.kind, *(self.key(item, context, deeper) for item in node.items))
        if isinstance(node, Call) and not node.keywords and self._is_pure(node):
            return ("f", self.key(node.func, context, deeper), *(self.key(a, context, deeper) for a in node.args))
        return ("n", id(node), id(context))

    def _owner(self, node: Node, context: Context | None, depth: int) -> Hashable:
        values = self.evaluator.values(node, context)
        if len(values) == 1 and isinstance(values[0], Instance) and values[0].cls is not None:
            return ("o", id(values[0].cls), id(values[0].call))
        return self.key(node, context, depth)

    def _index_key(self, node: Node, context: Context | None, depth: int) -> Hashable:
        constant = self.evaluator.constant(node, context)
        if isinstance(constant, (int, str)):
            return constant
        return self.key(node, context, depth)

    def _is_pure(self, node: Call) -> bool:
        if isinstance(node.func, Attr):
            return node.func.name in ("dim", "size", "ndimension", "is_contiguous")
        return isinstance(node.func, Free) and node.func.name in ("len", "isinstance", "hasattr", "int", "type")

    def name(self, node: Node, context: Context | None, depth: int = 0) -> str:
        """What a value is called in messages, if it has no variable of its own."""
        while isinstance(node, Loop) and node.next is None:
            node = node.init
        if depth > 4:
            return "..."
        if isinstance(node, Param):
            return node.name
        if isinstance(node, Free):
            return node.name
        if isinstance(node, Imported):
            return node.name or node.path
        if isinstance(node, Const):
            return repr(node.value)
        if isinstance(node, Attr):
            return f"{self.name(node.base, context, depth + 1)}.{node.name}"
        if isinstance(node, (Item, Part)) and not isinstance(getattr(node, "index", None), (Slice, Display)):
            index = node.index if isinstance(node.index, int) else self.name(node.index, context, depth + 1)
            return f"{self.name(node.base, context, depth + 1)}[{index}]"
        return "x"

    def condition(self, cond: Node, context: Context | None) -> tuple[Hashable, bool]:
        """The key of a condition, and whether the condition is its negation."""
        negated = False
        while isinstance(cond, Unary) and cond.op == "Not":
            cond, negated = cond.operand, not negated
        if isinstance(cond, Compare) and cond.op in ("NotEqual", "IsNot", "NotIn"):
            positive = {"NotEqual": "Equal", "IsNot": "Is", "NotIn": "In"}[cond.op]
            return (positive, self.key(cond.left, context), self.key(cond.right, context)), not negated
        return self.key(cond, context), negated

    def decided(self, cond: Node, context: Context | None) -> bool | None:
        """Whether a condition holds: always, or in the world that is looked at."""
        known = self.evaluator.truth(cond, context)
        if known is not None:
            return known
        if isinstance(cond, Unary) and cond.op == "Not":
            inner = self.decided(cond.operand, context)
            return None if inner is None else not inner
        if isinstance(cond, Boolean):
            parts = self.decided(cond.left, context), self.decided(cond.right, context)
            decisive = cond.op == "Or"
            if decisive in parts:
                return decisive
            return None if None in parts else not decisive
        key, negated = self.condition(cond, context)
        assumed = self.world.get(key)
        if assumed is not None:
            return assumed is not negated
        if isinstance(cond, Compare) and cond.op in _ORDERS and isinstance(key, tuple):
            if self.world.get(("Equal", key[1], key[2])):
                return cond.op.endswith("Equal")
        if isinstance(key, tuple) and key[0] == "Equal" and self._is_another(key[1], key[2]):
            return negated
        if isinstance(cond, Param) and isinstance(cond.default, Const) and isinstance(cond.default.value, bool):
            bound = self.argument(cond, context)
            if bound is None and cond.function.name == "__init__":
                return cond.default.value  # an option that nobody is seen to set
        return None

    def _is_another(self, value: Hashable, constant: Hashable) -> bool:
        """Whether `value` is taken to be another constant than this one."""
        return _is_constant(constant) and any(
            holds and isinstance(key, tuple) and key[:2] == ("Equal", value) and key[2] != constant
            for key, holds in self.world.items()
            if isinstance(key, tuple) and len(key) == 3 and _is_constant(key[2])
        )

    def ask(self, cond: Node, context: Context | None) -> None:
        """Note a condition whose outcome would tell more."""
        while isinstance(cond, Boolean):
            cond = cond.left if self.decided(cond.left, context) is None else cond.right
        self.open[self.condition(cond, context)[0]] = None

    def assume(self, guards: Guards, context: Context | None) -> dict[Hashable, bool]:
        """The conditions under which a place is reached."""
        world: dict[Hashable, bool] = {}
        queue = list(guards)
        while queue:
            cond, truth = queue.pop()
            if isinstance(cond, Boolean) and truth == (cond.op == "And"):
                queue += [(cond.left, truth), (cond.right, truth)]
                continue
            key, negated = self.condition(cond, context)
            world[key] = truth is not negated
        return world


def _is_constant(key: Hashable) -> bool:
    return isinstance(key, tuple) and key[:1] == ("c",)
