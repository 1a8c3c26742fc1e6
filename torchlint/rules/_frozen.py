"""Whether it matters if the parameters of a network are frozen (for TLN604)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from torchlint.semantics.callers import contexts
from torchlint.semantics.decorators import switches_grad_off
from torchlint.semantics.layers import is_self
from torchlint.semantics.nodes import Attr, Call, Const, Element, Item, Node, Part, strip
from torchlint.semantics.operations import called_name, whose_parameters
from torchlint.semantics.values import ClassValue, External, FunctionValue, Instance, Opaque, Value

if TYPE_CHECKING:
    from torchlint.semantics.evaluate import Evaluator
    from torchlint.semantics.functions import Class, Function
    from torchlint.semantics.module import Module
    from torchlint.semantics.traces import Store
    from torchlint.semantics.values import Context


def only_answers(function: Function, store: Store, target: Attr) -> bool:
    """Whether a network of its own is put into eval mode beside, and no code of the project is given it: it only
    answers, and no optimizer gets it.
    """
    network = strip(target.base)
    if target.name == "requires_grad_":
        return False  # a method is lost
    if not isinstance(network, Call) or function.module.evaluator.constant(store.value, None) is not False:
        return False
    return not _is_given_away(function, network) and any(
        isinstance(call.func, Attr) and call.func.name == "eval" and not call.args and strip(call.func.base) is network
        for call in function.calls
    )


def thaws_nothing(module: Module, store: Store) -> bool:
    """Whether a layer is told to learn, in a file in which nothing is frozen: `for p in net.parameters():
    p.requires_grad = False`, `net.requires_grad_(False)`, `freeze(net)`. It learns anyway.
    """
    constant = module.evaluator.constant
    if constant(store.value, None) is not True:
        return False
    for function in module.functions:
        for other in function.stores:
            target = other.target
            if isinstance(target, Attr) and target.name == "requires_grad" and constant(other.value, None) is not True:
                if _is_of_parameters(target.base):
                    return False
        for call in function.calls:
            name = called_name(call)
            if "freeze" in name.lower() or "requires_grad" in name:
                return False
    return True


def _is_of_parameters(weight: Node) -> bool:
    """`net.fc.weight`, or what a loop draws from `net.parameters()`."""
    weight = strip(weight)
    if isinstance(weight, Attr):
        return weight.name in ("weight", "bias")
    while isinstance(weight, (Part, Element, Item)):
        weight = strip(weight.base)
    if isinstance(weight, Call) and called_name(weight) in ("list", "enumerate", "zip", "reversed") and weight.args:
        weight = strip(weight.args[0])
    return not isinstance(weight, Call) or "parameters" in called_name(weight)


def answers_without_gradients(function: Function, target: Attr) -> bool:
    """Whether a part is of a network whose forward computes no gradients, so that nothing in it learns."""
    if function.cls is None or not is_self(
        target.base.base if isinstance(target.base, Attr) else target.base, function
    ):
        return False
    evaluator = function.module.evaluator
    forward = evaluator.find_method(function.cls, "forward")
    return forward is not None and switches_grad_off(evaluator, forward)


def is_replaced(function: Function, store: Store, target: Attr) -> bool:
    """Whether the layer makes way for a new one before anything is trained: `net.fc.requires_grad = True` and then
    `net.fc = nn.Linear(512, 10)`, under no condition of its own.
    """
    layer = strip(target.base)
    return isinstance(layer, Attr) and any(
        isinstance(other.target, Attr)
        and other.target.name == layer.name
        and other.target.n > target.n
        and set(other.guards) <= set(store.guards)
        and strip(other.target.base) is strip(layer.base)
        for other in function.stores
    )


def _is_given_away(function: Function, network: Node) -> bool:
    """Whether a network becomes a part of something, or is given to what may train it."""
    evaluator = function.module.evaluator
    if any(strip(other.value) is network for other in function.stores):
        return True
    return any(
        _may_train(value)
        for call in function.calls
        if any(strip(part) is network for part in (*call.args, *(given for _, given in call.keywords)))
        for value in evaluator.values(call.func, None)
    )


def _may_train(value: Value) -> bool:
    """Code of the project, or a class from elsewhere, that is given a network."""
    return isinstance(value, (ClassValue, FunctionValue)) or (isinstance(value, External) and value.last[:1].isupper())


def is_for_no_optimizer(module: Module, networks: Iterable[Value]) -> bool:
    """Whether the optimizers of a file are given the parameters of networks that are known, and others than these."""
    evaluator, wanted = module.evaluator, {_maker(network) for network in networks}
    made = [
        call
        for call in module.calls
        for value in (evaluator.values(call.func, None) if called_name(call)[:1].isupper() else ())
        if isinstance(value, External) and value.name.startswith("torch.optim.")
    ]
    given = [
        holder
        for call in made
        for context in contexts(evaluator, call.function)
        for holder in _holders(evaluator, call, context)
    ]
    stored = (store.value for function in module.functions for store in function.stores)
    if any(_maker(value) in wanted for node in stored for value in evaluator.values(node, None)):
        return False  # it becomes a part of something
    return bool(made) and all(
        isinstance(holder, Instance)
        and holder.call is not None
        and _maker(holder) not in wanted
        and not any(
            _maker(value) in wanted
            for part in holder.call.parts()[1:]
            for value in evaluator.values(part, holder.context)
        )
        for holder in given
    )


def _maker(value: Value) -> int:
    """What tells one object from another, in whatever frame it is seen: the call that made it."""
    node = value.call if isinstance(value, Instance) else value.node if isinstance(value, Opaque) else None
    return id(node if node is not None else value)


def _holders(evaluator: Evaluator, optimizer: Call, context: Context | None) -> tuple[Value | None, ...]:
    """The networks whose parameters an optimizer is given; None if that is not known."""
    network = whose_parameters(strip(optimizer.args[0]) if optimizer.args else None)
    return (evaluator.values(network, context) if network is not None else ()) or (None,)


def learns_nothing(evaluator: Evaluator, target: Attr, frame: Context | None) -> bool:
    """Whether a module has no parameters, nor parts that may have some: none of its attributes is made by a call."""
    return all(
        isinstance(value, Instance) and value.cls is not None and _holds_plain_values(evaluator, value.cls)
        for value in evaluator.values(target.base, frame)
    )


def _holds_plain_values(evaluator: Evaluator, cls: Class) -> bool:
    if any(not base.endswith(".Module") for base in evaluator.external_bases(cls)):
        return False  # `class Frozen(nn.Linear)`
    methods = [method for owner in evaluator.mro(cls) for method in owner.methods.values()]
    calls = {call.func.name for method in methods for call in method.calls if isinstance(call.func, Attr)}
    stored = [store.value for method in methods for store in method.stores if isinstance(store.target, Attr)]
    return all(isinstance(value, Const) for value in stored) and not calls & {"add_module", "register_parameter"}
