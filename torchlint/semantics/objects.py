"""Attributes and methods of objects and classes of the project."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from torchlint.semantics.functions import Class, Function
from torchlint.semantics.knowledge.training import MODE_LAYERS
from torchlint.semantics.layers import is_self
from torchlint.semantics.nodes import Attr, Call, Display, Free, Node, Param, Starred, strip
from torchlint.semantics.reach import origins
from torchlint.semantics.values import (
    ClassValue,
    Constant,
    Context,
    External,
    FunctionValue,
    Instance,
    Namespace,
    Opaque,
    Value,
    Values,
)

if TYPE_CHECKING:
    from torchlint.semantics.evaluate import Evaluator
    from torchlint.semantics.traces import Store

#: Functions, each called by the next, that may have a hand in making an object.
MAX_MAKERS = 4


class Objects:
    def __init__(self, evaluator: Evaluator) -> None:
        self.evaluator = evaluator
        self._attributes: dict[tuple[int, str, int], Values] = {}
        self._bases: dict[int, list[Class]] = {}
        #: the attributes that are being looked for, the innermost last
        self._asked: list[tuple[int, str, int]] = []

    def forget(self) -> None:
        self._attributes.clear()
        self._bases.clear()

    def forget_bases(self) -> None:
        """What was found out of bases may not be all of it."""
        self._bases.clear()

    def attr(self, node: Attr, context: Context | None) -> Values:
        results: list[Value] = []
        for base in self.evaluator.values(node.base, context):
            found = self.attribute(base, node.name)
            if found or not self._is_defined_by_itself(base, node.name):
                results += found if found else (self.evaluator.opaque(node, context),)
        return tuple(results)  # nothing yet if the base is what is being asked for: `model = model.train()` in a loop

    def attribute(self, base: Value, name: str) -> Values:
        """What `base.name` is; empty if unknown."""
        if isinstance(base, External):
            return (self.evaluator.intern(External, f"{base.name}.{name}"),)
        if isinstance(base, Namespace):
            return self.evaluator.names.member(base.path, name, 0)
        if isinstance(base, Instance):
            return self._instance_attribute(base, name)
        if isinstance(base, ClassValue):
            return self._class_attribute(base.cls, name, None)
        return ()

    def _instance_attribute(self, base: Instance, name: str) -> Values:
        if base.cls is None:
            # layers of torch keep their settings: `self.dropout.p`
            setting = base.call.keyword(name) if base.call is not None and base.name.startswith("torch.nn.") else None
            if setting is None and name == "p" and base.call is not None and MODE_LAYERS.get(base.last) == 0:
                setting = base.call.args[0] if base.call.args else None
            return self.evaluator.values(setting, base.context) if setting is not None else ()
        found = self._class_attribute(base.cls, name, base)
        if found:
            return found
        if name in ("module", "__call__"):  # DataParallel and friends are looked through; a call by another name
            return (base,)
        return ()

    def _class_attribute(self, cls: Class, name: str, instance: Instance | None) -> Values:
        key = (id(cls), name, id(instance))
        found = self._attributes.get(key)
        if found is None:
            self._attributes[key] = ()  # an attribute that is defined by itself
            self._asked.append(key)
            try:
                found = self._attributes[key] = self._find_attribute(cls, name, instance)
            finally:
                self._asked.pop()
        return found

    def _is_defined_by_itself(self, base: Value, name: str) -> bool:
        """Whether an attribute is what is being asked for: `self.model = self.model.cuda()` is no other one."""
        return (
            isinstance(base, Instance)
            and base.cls is not None
            and bool(self._asked)
            and self._asked[-1] == (id(base.cls), name, id(base))
        )

    def _find_attribute(self, cls: Class, name: str, instance: Instance | None) -> Values:
        stored: list[Value] = []
        classes = self.mro(cls)
        for owner in classes:
            method = owner.methods.get(name)
            if method is not None and not stored:
                if any(isinstance(d, Free) and d.name in ("property", "cached_property") for d in method.decorators):
                    return self.evaluator.returned(method, self.evaluator.frame(method, None, None, instance))
                bound = None if self.evaluator.is_static(method) else instance
                return (self.evaluator.intern(FunctionValue, method, bound, None),)
        for owner in classes:
            for method in owner.methods.values():
                stores = [store for store in method.stores if store.op == "=" and _is_own(store.target, name, method)]
                for n, store in enumerate(stores):
                    if _is_overwritten(store, stores[n + 1 :], name):
                        continue
                    for frame in self._storing_frames(method, instance, store.value):
                        if self.evaluator.feasible(store.guards, frame):
                            stored += self.evaluator.values(store.value, frame)
            if not stored and name in owner.body.bindings:
                if instance is not None and self.is_dataclass(owner):
                    return self._field(owner, name, instance)
                stored += self.evaluator.union(owner.body.bindings[name], None)
        if stored and instance is not None:
            stored = self._replaced(instance, name, stored)
        known = [value for value in stored if not (isinstance(value, Constant) and value.value is None)]
        return self.evaluator.distinct(known or stored)

    def _replaced(self, instance: Instance, name: str, stored: list[Value]) -> list[Value]:
        """What an attribute is after the code that made the object, and that which had it made, are done with it:
        `net = Net(); net.head = nn.Linear(8, 2)`.
        """
        call, context = instance.call, instance.context
        for _ in range(MAX_MAKERS):
            if call is None:
                break
            for store in call.function.stores:
                target = store.target
                if not isinstance(target, Attr) or target.name != name or store.op != "=" or target.n < call.n:
                    continue
                if is_self(target.base, call.function) or _mentions(store.value, name):
                    continue
                owners = self.evaluator.values(target.base, context)
                if instance not in owners or self._is_in_use(instance, call, target, context):
                    continue
                certain = len(owners) == 1 and store in call.function.trace
                stored = [*(() if certain else stored), *self.evaluator.values(store.value, context)]
            frame = context.plain if context is not None else None
            call, context = (frame.call, frame.caller) if frame is not None else (None, None)
        return stored

    def _is_in_use(self, instance: Instance, made: Call, target: Attr, context: Context | None) -> bool:
        """Whether an object was called, or handed on, before an attribute of it is replaced."""
        return any(
            instance in self.evaluator.values(node, context)
            for call in made.function.calls
            if made.n < call.n < target.n
            for node in (call.func, *call.args)
            if not isinstance(node, Attr)
        )

    def is_dataclass(self, cls: Class) -> bool:
        """Whether the arguments that make an object of a class become its attributes."""
        return "__init__" not in cls.methods and any(
            isinstance(value, External) and value.last == "dataclass"
            for decorator in cls.decorators
            for value in self.evaluator.values(decorator.func if isinstance(decorator, Call) else decorator, None)
        )

    def field_default(self, cls: Class, name: str) -> Values:
        """The default of a field of a dataclass; empty if it is no such field, or has none."""
        for owner in self.mro(cls):
            if name in owner.body.bindings and self.is_dataclass(owner):
                return self.evaluator.union(owner.body.bindings[name], None)
        return ()

    def _field(self, owner: Class, name: str, instance: Instance) -> Values:
        """A field of a dataclass: as it was given, or its default; unknown if it may have been given unseen."""
        if instance.call is None:
            return ()
        given = self.evaluator.arguments(instance.call, instance.context)
        if name in given.keywords:
            return self.evaluator.values(*given.keywords[name])
        if given.positional or not given.exact:
            return ()
        return self.evaluator.union(owner.body.bindings[name], None)

    def _storing_frames(self, method: Function, instance: Instance | None, value: Node) -> list[Context | None]:
        """The frames in which a method stored an attribute of `instance`."""
        alone = self.method_frame(method, instance)
        if method.name == "__init__" or instance is None:
            return [alone]
        if not any(
            isinstance(found, Opaque) and isinstance(found.node, Param) for found in self.evaluator.values(value, alone)
        ):
            return [alone]
        # `install(self, loss)`: the loss is known where install is called on this very object
        entered = [
            frame
            for frame in self.evaluator.callers.contexts(method)
            if frame and frame.call and frame.self_value is instance
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
                return self.evaluator.frame(method, origin.call, origin.context, instance)
            for call in own.calls if own is not None else ():
                # super().__init__(...) hands the arguments on
                if isinstance(call.func, Attr) and call.func.name == "__init__" and own is not None:
                    outer = self.evaluator.frame(own, origin.call, origin.context, instance)
                    return self.evaluator.frame(method, call, outer, instance)
        return self.evaluator.frame(method, None, None, instance)

    def mro(self, cls: Class) -> list[Class]:
        """The class and its bases in the project, nearest first."""
        known = self._bases.get(id(cls))
        if known is not None:
            return known
        found: list[Class] = []
        settled = True
        queue = [cls]
        while queue and len(found) < 12:
            current = queue.pop(0)
            if current in found:
                continue
            found.append(current)
            for base in current.bases:
                queue += [value.cls for value in self.evaluator.values(base, None) if isinstance(value, ClassValue)]
                settled = settled and self.evaluator.is_settled(base)
        if settled:
            self._bases[id(cls)] = found
        return found

    def external_bases(self, cls: Class) -> set[str]:
        """The dotted names of the classes outside the project that `cls` derives from."""
        return {
            value.name
            for owner in self.mro(cls)
            for base in owner.bases
            for value in self.evaluator.values(base, None)
            if isinstance(value, External)
        }

    def find_method(self, cls: Class, name: str) -> Function | None:
        for owner in self.mro(cls):
            if name in owner.methods:
                return owner.methods[name]
        return None


def _mentions(value: Node, name: str) -> bool:
    """Whether a value is made of an attribute of that name: `net.head = net.head.cuda()`."""
    queue, seen = [strip(value)], 0
    while queue and seen < 40:
        node = queue.pop()
        seen += 1
        if isinstance(node, Attr):
            if node.name == name:
                return True
        elif isinstance(node, Call):
            queue += [strip(part) for part in (*node.args, *((node.func.base,) if isinstance(node.func, Attr) else ()))]
        elif isinstance(node, (Starred, Display)):
            queue += map(strip, node.parts())
    return False


def _is_own(target: Node, name: str, method: Function) -> bool:
    """`self.name` in a method."""
    return isinstance(target, Attr) and target.name == name and is_self(target.base, method)


def _is_overwritten(store: Store, later: Sequence[Store], name: str) -> bool:
    """Whether both branches of an `if` behind a store give the attribute another value."""
    depth = len(store.guards)
    over = [other for other in later if len(other.guards) == depth + 1 and other.guards[:depth] == store.guards]
    if any(isinstance(part, Attr) and part.name == name for other in over for part in origins(other.value)):
        return False
    branches = {(id(cond), wanted) for other in over for cond, wanted in other.guards[depth:]}
    return any((cond, not wanted) in branches for cond, wanted in branches)
