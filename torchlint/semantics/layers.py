"""Networks and their layers as objects: which values are modules, and which of them have weights."""

from __future__ import annotations

import builtins
from typing import TYPE_CHECKING

from torchlint.semantics.functions import Function
from torchlint.semantics.heads import whole_network
from torchlint.semantics.knowledge import layers as known
from torchlint.semantics.knowledge.training import MODEL_FACTORIES
from torchlint.semantics.nodes import Attr, Call, Free, Param, strip
from torchlint.semantics.values import External, Instance, Opaque, Value

if TYPE_CHECKING:
    from torchlint.semantics.evaluate import Evaluator
    from torchlint.semantics.functions import Class
    from torchlint.semantics.nodes import Node
    from torchlint.semantics.traces import Store
    from torchlint.semantics.values import Context

#: Classes inside classes are followed this far.
MAX_DEPTH = 5


def is_module_class(evaluator: Evaluator, cls: Class) -> bool:
    """Whether a class of the project derives from torch.nn.Module."""
    return any(known.is_network_base(base) for base in evaluator.external_bases(cls))


def is_module(evaluator: Evaluator, value: Value) -> bool:
    """Whether a value is an nn.Module for certain."""
    if isinstance(value, Instance):
        if value.cls is None:
            return value.name.startswith("torch.nn.") and known.is_network_base(value.name)
        return is_module_class(evaluator, value.cls)
    whole = whole_network(value, evaluator)
    if whole is not None:
        return is_module(evaluator, whole)
    if isinstance(value, Opaque) and isinstance(value.node, Call):
        return any(
            isinstance(callee, External)
            and (callee.name.startswith(MODEL_FACTORIES) or known.loads_network(callee.name))
            for callee in evaluator.values(value.node.func, value.context)
        )
    return False


def is_undefined(value: Opaque, evaluator: Evaluator) -> bool:
    """Whether a value is what a name makes that nothing defines: the program breaks there."""
    if not isinstance(value.node, Call) or not isinstance(value.node.func, Free):
        return False
    module = value.node.function.module
    if module.source.cells or any(evaluator.project.find(module, *star) is None for star in module.star_imports):
        return False  # `%run`, `from library import *`
    makers = evaluator.values(value.node.func, value.context)
    return any(
        isinstance(maker, External) and maker.name == f"builtins.{maker.last}" and not hasattr(builtins, maker.last)
        for maker in makers
    )


def is_parameter(value: Value) -> bool:
    """Whether a value is an nn.Parameter that was created here."""
    return isinstance(value, Instance) and value.cls is None and known.is_parameter(value.name)


def has_weights(evaluator: Evaluator, value: Value, depth: int = 0) -> bool:
    """Whether a value is a module that learns for certain, or a parameter."""
    if depth > MAX_DEPTH:
        return False
    if isinstance(value, Opaque):
        return is_module(evaluator, value)
    if not isinstance(value, Instance):
        return False
    if value.cls is not None:
        return is_module_class(evaluator, value.cls) and _class_has_weights(evaluator, value.cls, depth)
    if is_parameter(value):
        return True
    if not value.name.startswith("torch.nn."):
        return False
    if value.last in known.HOLDERS:
        return any(
            has_weights(evaluator, child, depth + 1)
            for item in evaluator.children(value) or ()
            for child in evaluator.values(*item)
        )
    return value.last in known.WEIGHTED and not _is_plain(evaluator, value)


def _is_plain(evaluator: Evaluator, value: Instance) -> bool:
    """Whether a normalization layer was made without weights."""
    if value.call is None or value.last not in known.AFFINE:
        return False
    keyword, position = known.AFFINE[value.last]
    given = value.call.args[position] if len(value.call.args) > position else value.call.keyword(keyword)
    return given is not None and evaluator.constant(given, value.context) is not True


def _class_has_weights(evaluator: Evaluator, cls: Class, depth: int) -> bool:
    if any(base.rpartition(".")[2] in known.WEIGHTED for base in evaluator.external_bases(cls)):
        return True
    for owner in evaluator.mro(cls):
        for method in owner.methods.values():
            for store in method.stores:
                if own_attribute(store, method) and any(
                    has_weights(evaluator, value, depth + 1) for value in evaluator.values(store.value, None)
                ):
                    return True
    return False


def own_attribute(store: Store, method: Function) -> str | None:
    """The name that a store of a method gives to an attribute of `self`."""
    target = store.target
    if isinstance(target, Attr) and store.op == "=" and is_self(target.base, method):
        return target.name
    return None


def is_self(node: Node, method: Function) -> bool:
    """Whether a node is the object that a method is called on."""
    node = strip(node)
    return isinstance(node, Param) and node.index == 0 and node.function is method


def is_attribute(node: Node, name: str, method: Function) -> bool:
    """`self.name` in a method."""
    return isinstance(node, Attr) and node.name == name and is_self(node.base, method)


def own_object(node: Node, method: Function) -> Node:
    """The object of a method where a node is `super()`, else the node."""
    call = strip(node)
    is_super = isinstance(call, Call) and isinstance(call.func, Free) and call.func.name == "super"
    return method.params[0] if is_super and method.is_method and method.params else node


def own_frame(evaluator: Evaluator, method: Function) -> Context | None:
    """A frame of a method of which only the object is known."""
    assert method.cls is not None
    return evaluator.frame(method, None, None, evaluator.some_instance(method.cls))


def assigns(evaluator: Evaluator, cls: Class, name: str) -> bool:
    """Whether a class, or one of its methods, gives its objects an attribute of that name."""
    return any(
        name in owner.body.bindings
        or any(
            isinstance(store.target, Attr) and store.target.name == name and isinstance(store.target.base, Param)
            for method in owner.methods.values()
            for store in method.stores
        )
        for owner in evaluator.mro(cls)
    )
