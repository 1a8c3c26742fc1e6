"""State dicts: what a value holds of them without a copy, and whether their network is trained on (TLN606)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from torchlint.semantics.functions import Function
from torchlint.semantics.knowledge import training as known
from torchlint.semantics.layers import is_module
from torchlint.semantics.nodes import (
    Attr,
    Call,
    Choice,
    Comprehension,
    Display,
    Element,
    Free,
    Join,
    Loop,
    Mapping,
    Node,
    Param,
    Part,
    Update,
    strip,
)
from torchlint.semantics.operations import called_name
from torchlint.semantics.traces import Trace, calls_in
from torchlint.semantics.values import Constant, External, FunctionValue, Instance

if TYPE_CHECKING:
    from torchlint.semantics.evaluate import Evaluator
    from torchlint.semantics.order import Order

#: Calls that copy a dict and not the tensors in it.
_SHALLOW = frozenset({"dict", "OrderedDict"})

#: Functions are followed this far to see whether they train.
_DEPTH = 3


def is_take(call: Call) -> bool:
    return isinstance(call.func, Attr) and call.func.name == "state_dict" and not call.args and not call.keywords


def loaded(call: Call) -> Node | None:
    if isinstance(call.func, Attr) and call.func.name == "load_state_dict" and call.args:
        return call.args[0]
    return None


def saved(call: Call) -> Node | None:
    if isinstance(call.func, Attr) and call.func.name == "save" and len(call.args) > 1:
        return call.args[0]
    return None


def aliased(node: Node, seen: set[int], carried: tuple[int, ...] = ()) -> Iterator[tuple[Call, tuple[int, ...]]]:
    """The state dicts that a value holds uncopied, each with the loop variables that carried it to the next round."""
    if id(node) in seen or len(seen) > 200:
        return
    seen.add(id(node))
    if isinstance(node, Loop):
        yield from aliased(node.init, seen, carried)
        if node.next is not None:
            yield from aliased(node.next, seen, (*carried, id(node)))
    elif isinstance(node, (Choice, Join, Display, Mapping)):
        for part in node.parts():
            yield from aliased(part, seen, carried)
    elif isinstance(node, Update):
        yield from aliased(node.value, seen, carried)
        if not _is_direct(node.base, set()):
            yield from aliased(node.base, seen, carried)
    elif isinstance(node, Call):
        if is_take(node):
            yield node, carried
        inner = _shallow_copied(node)
        if inner is not None:
            yield from aliased(inner, seen, carried)
    elif isinstance(node, Comprehension):
        source = _items_of(node)
        if source is not None:
            yield from aliased(source, seen, carried)


def stand_ins(value: Node) -> set[int]:
    """What a value is before a loop that gives it others: `best = model.state_dict()`, for the rounds to replace."""
    found: set[int] = set()
    queue, seen = [value], set[int]()
    while queue and len(seen) < 200:
        node = queue.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, Loop) and isinstance(node.next, (Call, Choice, Join)):
            found.add(id(node.init))
        if isinstance(node, (Loop, Choice, Join)):
            queue += node.parts()
    return found


def _is_direct(node: Node, seen: set[int]) -> bool:
    """Whether a value may be a state dict itself, and not only hold one."""
    if id(node) in seen or len(seen) > 200:
        return False
    seen.add(id(node))
    if isinstance(node, Call):
        inner = _shallow_copied(node)
        return is_take(node) or (inner is not None and _is_direct(inner, seen))
    if isinstance(node, Update):
        return _is_direct(node.base, seen)
    return isinstance(node, (Loop, Choice, Join)) and any(_is_direct(part, seen) for part in node.parts())


def _shallow_copied(call: Call) -> Node | None:
    """What a call copies without the tensors in it: `d.copy()`, `dict(d)`, `copy.copy(d)`."""
    if isinstance(call.func, Attr) and call.func.name == "copy" and not call.args:
        return call.func.base
    name = called_name(call)
    if len(call.args) == 1 and (name in _SHALLOW or (name == "copy" and not isinstance(call.func, Free))):
        return call.args[0]
    return None


def _items_of(node: Comprehension) -> Node | None:
    """`{k: v for k, v in d.items()}`: `d`."""
    element = node.element
    if not (isinstance(element, Part) and element.index == 1 and isinstance(element.base, Element)):
        return None
    source = element.base.base
    if isinstance(source, Call) and isinstance(source.func, Attr) and source.func.name == "items":
        return source.func.base
    return None


def same_network(evaluator: Evaluator, take: Call, use: Call | None) -> bool:
    if use is None or not isinstance(use.func, Attr) or not isinstance(take.func, Attr):
        return False
    if use.func.base is take.func.base:
        return True
    mine, other = evaluator.values(take.func.base, None), evaluator.values(use.func.base, None)
    return bool(mine) and len(mine) == 1 and mine == other


def trains_between(order: Order, evaluator: Evaluator, take: Call, start: int, end: int) -> bool:
    between = [
        call for call in take.function.calls if (position := order.of(call)) is not None and start < position.rank < end
    ]
    return _any_trains(evaluator, take, between)


def trains(evaluator: Evaluator, take: Call, trace: Trace) -> bool:
    return _any_trains(evaluator, take, calls_in(trace))


def _any_trains(evaluator: Evaluator, take: Call, calls: list[Call]) -> bool:
    """Whether some of the calls train the network whose state dict was taken."""
    assert isinstance(take.func, Attr)
    return train_network(evaluator, take.func.base, [call for call in calls if call is not take])


def is_made_in(take: Call, trace: Trace) -> bool:
    """Whether each round makes a network of its own, of which the state dict is taken: no other round trains it."""
    made = strip(take.func.base) if isinstance(take.func, Attr) else None
    return isinstance(made, Call) and any(call is made for call in calls_in(trace))


def train_network(evaluator: Evaluator, network: Node, calls: list[Call]) -> bool:
    """Whether some of the calls train a network."""
    own = {id(value) for value in evaluator.values(network, None)} | {id(network)}

    def is_own(node: Node) -> bool:
        return id(node) in own or any(id(value) in own for value in evaluator.values(node, None))

    backward = any(_is_backward(call) for call in calls)
    for call in calls:
        if backward and (
            is_own(call.func) or (isinstance(call.func, Attr) and call.func.name == "train" and is_own(call.func.base))
        ):
            return True
        if any(is_own(arg) for arg in (*call.args, *(value for _, value in call.keywords))):
            if _is_training_call(evaluator, call):
                return True
        if isinstance(call.func, Attr) and isinstance(call.func.base, Param) and call.func.base.index == 0:
            # a method of the same object, which trains its own network
            if isinstance(network, Attr) and network.base is call.func.base and _is_training_call(evaluator, call):
                return True
    return False


def _is_backward(call: Call) -> bool:
    return isinstance(call.func, Attr) and call.func.name in ("backward", "manual_backward")


def _is_training_call(evaluator: Evaluator, call: Call) -> bool:
    """Whether a call runs code that trains: it goes backward, or, where it is not seen, its name says so."""
    unknown = True
    for value in evaluator.values(call.func, None):
        if isinstance(value, FunctionValue):
            unknown = False
            if _function_trains(evaluator, value.function, 0):
                return True
        elif isinstance(value, (Instance, Constant)):
            unknown = False
    name = called_name(call)
    return unknown and known.is_training(name) and not (isinstance(call.func, Attr) and call.func.name == "train")


def _function_trains(evaluator: Evaluator, function: Function, depth: int) -> bool:
    if any(_is_backward(call) for call in function.calls):
        return True
    return depth < _DEPTH and any(
        isinstance(value, FunctionValue) and _function_trains(evaluator, value.function, depth + 1)
        for call in function.calls[:80]
        for value in evaluator.values(call.func, None)
    )


def is_network(evaluator: Evaluator, take: Call) -> bool:
    """Whether a state dict is one of a network, as far as is known: optimizers and schedulers have some as well."""
    assert isinstance(take.func, Attr)
    base = take.func.base
    for value in evaluator.values(base, None):
        if isinstance(value, Instance) and not is_module(evaluator, value):
            return False
        if isinstance(value, (External, Constant)) and not (isinstance(value, Constant) and value.value is None):
            return False
    name = base.name if isinstance(base, (Attr, Free, Param, Loop)) else ""
    lowered = name.lower()
    return not (known.looks_like_optimizer(name) or "sched" in lowered or "scaler" in lowered or "sampler" in lowered)
