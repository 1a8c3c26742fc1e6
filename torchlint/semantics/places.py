"""Objects that training code changes: which optimizer or module an expression means.

A *place* is a set of keys, one for each object that an expression can be. Known objects are their own key;
unknown ones are named by the path that leads to them (`self.optimizer`), so that two mentions meet.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING

from torchlint.semantics.knowledge import training as known
from torchlint.semantics.nodes import (
    Attr,
    Call,
    Choice,
    Class,
    Display,
    Element,
    Free,
    Function,
    Item,
    Join,
    Loop,
    Node,
    Param,
)
from torchlint.semantics.values import ClassValue, Constant, Context, External, FunctionValue, Instance, Opaque, Value

if TYPE_CHECKING:
    from torchlint.semantics.evaluate import Evaluator

Key = Hashable
Place = frozenset[Key]


class Places:
    """Finds places, and tells what kind of object stands there."""

    def __init__(self, evaluator: Evaluator) -> None:
        self.evaluator = evaluator
        self._sensitive: dict[int, bool] = {}
        self._open: dict[int, bool] = {}
        self._keys: dict[int, Key] = {}

    def place(self, node: Node, context: Context | None) -> Place:
        keys = set()
        for value in self.evaluator.values(node, context):
            if isinstance(value, Constant):
                continue  # `optimizer = None` until it is built
            keys.add(self.key(value))
        return frozenset(keys)

    def key(self, value: Value) -> Key:
        if not isinstance(value, Opaque):
            return value
        found = self._keys.get(id(value))
        if found is None:
            self._keys[id(value)] = value  # `env = env.env` in a loop leads to itself
            found = self._keys[id(value)] = self._path(value)
        return found

    def _path(self, value: Opaque) -> Key:
        node, context = value.node, value.context
        if isinstance(node, Attr):
            return (".", self.place(node.base, context), node.name)
        if isinstance(node, Item):
            index = self.evaluator.constant(node.index, context)
            return ("[]", self.place(node.base, context), index if isinstance(index, (str, int)) else id(node.index))
        if isinstance(node, Param):
            return ("param", id(node), id(context))
        return ("value", node, context.plain if context is not None else None)

    def distinct(self, left: Place, right: Place) -> bool:
        """Whether two places are different objects for certain."""
        return not left & right and all(self._named(key) for key in (*left, *right))

    def _named(self, key: Key) -> bool:
        if isinstance(key, Instance):
            return key.call is not None
        if isinstance(key, tuple):
            return (
                key[0] in (".", "param")
                or (key[0] == "[]" and isinstance(key[2], str))
                or (key[0] == "value" and isinstance(key[1], Call))
            )
        return False

    # ------------------------------------------------------------ optimizers

    def is_optimizer(self, node: Node, context: Context | None) -> bool:
        """Whether `node` is an optimizer: by its class, or, if that is unknown, by the convention of its name."""
        values = self.evaluator.values(node, context)
        known_values = [v for v in values if isinstance(v, Instance)]
        if known_values:
            return all(self._optimizer_class(value) for value in known_values)
        return any(known.looks_like_optimizer(name) for name in names_of(node)) and all(
            isinstance(value, (Opaque, Constant)) for value in values
        )

    def _optimizer_class(self, value: Instance) -> bool:
        if value.cls is None:
            return known.is_optimizer_class(value.name)
        return any(known.is_optimizer_class(base) for base in self.evaluator.external_bases(value.cls))

    def modules_of(self, optimizer: Key) -> set[Key] | None:
        """The modules whose parameters an optimizer was given; None if that is not known."""
        if not isinstance(optimizer, Instance) or optimizer.call is None:
            return None
        call = optimizer.call
        params = call.args[0] if call.args else call.keyword("params")
        if params is None:
            return None
        found: set[Key] = set()
        if (
            isinstance(strip(params), Display)
            and strip(params).parts()
            and all(
                isinstance(value, Opaque) and isinstance(value.node, Call)
                for item in strip(params).parts()
                for value in self.evaluator.values(item, optimizer.context)
            )
        ):
            return found  # tensors made by hand
        for value in self.evaluator.values(params, optimizer.context):
            node = value.node if isinstance(value, Opaque) else None
            if isinstance(node, Call) and isinstance(node.func, Attr) and node.func.name == "parameters":
                found |= self.place(node.func.base, value.context)  # type: ignore[attr-defined]
            else:
                return None
        return found

    # --------------------------------------------------------------- modules

    def is_module(self, value: Value) -> bool:
        """Whether a value is a network (an nn.Module whose training loop is written by hand)."""
        if isinstance(value, Instance):
            if value.cls is None:
                return value.name.startswith("torch.nn.") or value.name.startswith(known.MODEL_FACTORIES)
            bases = {name.rpartition(".")[2] for name in self.evaluator.external_bases(value.cls)}
            return bool(bases & {"Module", "Sequential", "ModuleList"}) and not bases & known.FRAMEWORK_MODULES
        return isinstance(value, Opaque) and self.made_by_factory(value)

    def made_by_factory(self, value: Opaque) -> bool:
        if not isinstance(value.node, Call):
            return False
        return any(
            isinstance(callee, External) and callee.name.startswith(known.MODEL_FACTORIES)
            for callee in self.evaluator.values(value.node.func, value.context)
        )

    def is_open(self, value: Value) -> bool:
        """Whether a network holds parts that are handed in or made where the engine doesn't see."""
        if not isinstance(value, Instance):
            return False
        if value.cls is None:
            children = self.evaluator.children(value) if value.last in ("Sequential", "ModuleList") else []
            return children is None or any(
                isinstance(part, Opaque) or self.is_open(part)
                for item in children
                for part in self.evaluator.values(*item)
            )
        found = self._open.get(id(value.cls))
        if found is None:
            self._open[id(value.cls)] = False
            found = self._open[id(value.cls)] = self._class_open(value.cls)
        return found

    def _class_open(self, cls: Class) -> bool:
        some = self.evaluator.some_instance(cls)
        for owner in self.evaluator.mro(cls):
            for method in owner.methods.values():
                for store in method.stores:
                    target = store.target
                    if not isinstance(target, Attr) or not method.params or strip(target.base) is not method.params[0]:
                        continue
                    for part in self.evaluator.attribute(some, target.name):
                        if isinstance(part, Opaque) and self._is_called(cls, target.name):
                            return True
                        if isinstance(part, Instance) and part.cls is not cls and self.is_open(part):
                            return True
        return False

    def _is_called(self, cls: Class, name: str) -> bool:
        return any(
            isinstance(call.func, Attr) and call.func.name == name and strip(call.func.base) is method.params[0]
            for owner in self.evaluator.mro(cls)
            for method in owner.methods.values()
            if method.params
            for call in method.calls
        )

    def is_sensitive(self, value: Value) -> bool:
        """Whether a network contains a layer that computes something else in eval mode."""
        if isinstance(value, Opaque):
            return self.made_by_factory(value)
        if not isinstance(value, Instance):
            return False
        if value.cls is None:
            return self._external_sensitive(value)
        found = self._sensitive.get(id(value.cls))
        if found is None:
            self._sensitive[id(value.cls)] = False  # a class that contains itself
            found = self._class_sensitive(value.cls)
            self._sensitive[id(value.cls)] = found
        return found or (value.call is not None and self._parts_sensitive(value))

    def _parts_sensitive(self, value: Instance) -> bool:
        """Whether a network that this very object was given is mode-sensitive (`Head(backbone)`)."""
        found = self._sensitive.get(id(value))
        if found is None:
            self._sensitive[id(value)] = False
            names = (
                {
                    store.target.name
                    for owner in self.evaluator.mro(value.cls)
                    for method in owner.methods.values()
                    for store in method.stores
                    if isinstance(store.target, Attr) and isinstance(strip(store.value), Param)
                }
                if value.cls is not None
                else set()
            )
            found = self._sensitive[id(value)] = any(
                isinstance(part, Instance) and self.is_module(part) and self.is_sensitive(part)
                for name in sorted(names)
                for part in self.evaluator.attribute(value, name)
            )
        return found

    def _external_sensitive(self, value: Instance) -> bool:
        if value.name.startswith(known.MODEL_FACTORIES):
            return True
        if value.last in ("Sequential", "ModuleList"):
            return any(
                self.is_sensitive(child)
                for item in self.evaluator.children(value) or ()
                for child in self.evaluator.values(*item)
            )
        return self._sensitive_layer(value.last, value.call, value.context)

    def _sensitive_layer(self, name: str, call: Call | None, context: Context | None) -> bool:
        if name in known.MODE_LAYERS:
            position = known.MODE_LAYERS[name]
            if position is not None and call is not None:
                rate = call.args[position] if len(call.args) > position else call.keyword("p")
                if rate is not None and self.evaluator.constant(rate, context) in (0, 0.0):
                    return False
            tracked = call.keyword("track_running_stats") if call is not None else None
            return self.evaluator.constant(tracked, context) is not False
        if name in known.OPTIONAL_DROPOUT and call is not None:
            rate = call.keyword("dropout")
            return rate is not None and self.evaluator.constant(rate, context) not in (0, 0.0)
        return False

    def _class_sensitive(self, cls: Class) -> bool:
        gated = self._gated_attributes(cls)
        for owner in self.evaluator.mro(cls):
            for method in owner.methods.values():
                if self._function_sensitive(method, gated, 0):
                    return True
            for base in owner.bases:
                for value in self.evaluator.values(base, None):
                    if isinstance(value, External) and value.name.startswith(known.MODEL_FACTORIES):
                        return True
        return False

    def _function_sensitive(self, function: Function, gated: set[str], depth: int) -> bool:
        """Whether a function creates a mode-sensitive layer, itself or through what it calls."""
        if depth > 6:
            return False
        stored = {id(store.value): store.target.name for store in function.stores if isinstance(store.target, Attr)}
        for call in function.calls:
            if stored.get(id(call)) in gated and gated:
                continue
            if any(self._is_off(cond, wanted) for cond, wanted in call.guards):
                continue
            for callee in self.evaluator.values(call.func, None):
                if isinstance(callee, External):
                    if callee.last[:1].isupper() and self._sensitive_layer(callee.last, call, None):
                        return True
                    if callee.last.startswith("dropout") and _follows_mode(call):
                        return True
                    if callee.name.startswith(known.MODEL_FACTORIES):
                        return True
                elif isinstance(callee, ClassValue):
                    if self.is_sensitive(self.evaluator.some_instance(callee.cls)):
                        return True
                elif (
                    isinstance(callee, FunctionValue) and callee.self_value is None and callee.function is not function
                ):
                    if self._function_sensitive(callee.function, gated, depth + 1):
                        return True
            if isinstance(call.func, Free) and call.func.name in ("isinstance", "issubclass"):
                continue
            for argument in (*call.args, *(value for _, value in call.keywords)):
                # `block(nn.BatchNorm2d)`: the layer class is handed on
                for value in self.evaluator.values(argument, None) if isinstance(argument, (Attr, Free)) else ():
                    if isinstance(value, External) and value.last in known.MODE_LAYERS and "nn" in value.name:
                        return True
        return False

    def _is_off(self, cond: Node, wanted: bool) -> bool:
        """Whether a layer is only made under an option that is off unless it is given (`if dropout:`)."""
        cond = strip(cond)
        if not isinstance(cond, Param) or cond.default is None:
            return False
        values = self.evaluator.values(cond.default, None)
        return wanted and all(isinstance(value, Constant) and not value.value for value in values)

    def _gated_attributes(self, cls: Class) -> set[str]:
        """Attributes that are layers applied only under an argument of the method (`if is_training:`)."""
        gated: set[str] = set()
        free: set[str] = set()
        for owner in self.evaluator.mro(cls):
            for method in owner.methods.values():
                for call in method.calls:
                    func = strip(call.func)
                    if isinstance(func, Attr) and method.params and strip(func.base) is method.params[0]:
                        under = any(isinstance(strip(cond), Param) for cond, _ in call.guards)
                        (gated if under else free).add(func.name)
        return gated - free


def strip(node: Node) -> Node:
    """The node behind loop variables that never change."""
    while isinstance(node, Loop) and node.next is node:
        node = node.init
    return node


def names_of(node: Node) -> set[str]:
    """What the program calls a value."""
    found: set[str] = set()
    queue, seen = [node], 0
    while queue and seen < 12:
        current = queue.pop()
        seen += 1
        if isinstance(current, (Loop, Param, Attr, Free)):
            found.add(current.name)
        if isinstance(current, Loop):
            queue += [current.init, current.next] if current.next is not current else [current.init]
        elif isinstance(current, Join):
            queue += current.options
        elif isinstance(current, Choice):
            queue += [current.yes, current.no]
        elif isinstance(current, (Item, Element)):
            queue.append(current.base)
    return found


def _follows_mode(call: Call) -> bool:
    """`F.dropout(x, training=self.training)`."""
    training = call.keyword("training") or (call.args[2] if len(call.args) > 2 else None)
    return isinstance(training, Attr) and training.name == "training"
