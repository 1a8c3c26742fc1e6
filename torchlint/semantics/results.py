"""What becomes of the result of a call: whether somebody looks at it, and whether a loss is computed from it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from torchlint.semantics.nodes import Attr, Binary, Call, Free, Join, Loop, Node, Param
from torchlint.semantics.reach import BUDGET, cuts_gradient
from torchlint.semantics.traces import conditions
from torchlint.semantics.values import Opaque

if TYPE_CHECKING:
    from torchlint.semantics.execution import Walk
    from torchlint.semantics.functions import Function
    from torchlint.semantics.training import State
    from torchlint.semantics.values import Bound

#: Nodes that a loss may be computed from. Whoever asks for more gets no answer.
REACHED = 1500


class Reached:
    """What gradients flow to from a loss."""

    def __init__(self, loss: Node, walk: Walk[State]) -> None:
        #: the nodes, by their identity; None if they are too many
        self._nodes = _reached(loss, walk)

    def holds(self, calls: set[int]) -> bool:
        """Whether the result of one of these calls is among it."""
        return self._nodes is None or not self._nodes.isdisjoint(calls)


def _reached(loss: Node, walk: Walk[State]) -> set[int] | None:
    evaluator = walk.evaluator
    queue: list[Bound] = [(loss, walk.context)]
    seen: set[tuple[int, int]] = set()
    while queue:
        node, context = queue.pop()
        if (id(node), id(context)) in seen:
            continue
        seen.add((id(node), id(context)))
        if len(seen) > REACHED:
            return None
        if cuts_gradient(node):
            continue
        if isinstance(node, Param):
            bound = evaluator.argument(node, context)
            queue += [bound] if bound is not None else []
        elif isinstance(node, (Attr, Free)):
            queue += [
                (value.node, value.context)
                for value in evaluator.values(node, context)
                if isinstance(value, Opaque) and value.node is not node
            ]
        queue += [(part, context) for part in node.parts()]
    return {node for node, _ in seen}


def is_unused(call: Call) -> bool:
    """Whether nobody looks at the result of a call: it is only run for what it does to the network."""
    function = call.function
    named = any(call in values for values in function.bindings.values())
    if not named and any(_moved(discarded) is call for discarded in function.discarded):
        return True
    if any(call in values for name, values in function.bindings.items() if not name.strip("_")):
        return True
    if function.parent is None:
        return False
    return not any(part is call for part in used_values(function)) and not _is_used_inside(call, function)


def gives_back(call: Call) -> bool:
    """Whether something is done with the result of `criterion.backward()`, which torch does not have: another library
    hands the gradients on, and keeps none.
    """
    if call.args or call.keywords:
        return False
    return any(call in values for values in call.function.bindings.values()) and any(
        node is call for node in used_values(call.function)
    )


def is_idle(call: Call) -> bool:
    """Whether the result of a call goes into nothing but sums of a function that nobody reads."""
    function = call.function
    if function.parent is None or function.is_class_body or function.inner:
        return False
    read = {id(node) for node in conditions(function.trace)} | {id(item.value) for item in function.returns}
    read |= {id(node) for store in function.stores for node in (store.value, store.target)}
    operations, queue, seen = function.module.evaluator.dtypes.operations(function), list[Node]([call]), set[int]()
    while queue:
        node = queue.pop()
        if id(node) in read or len(seen) > BUDGET:
            return False
        if id(node) in seen:
            continue
        seen.add(id(node))
        for taker in operations.takers_of(node):
            own = isinstance(taker, Call) and taker.func is node and isinstance(node, Attr) and node.name == "item"
            if not own and not isinstance(taker, (Attr, Binary, Join, Loop)):
                return False
            queue.append(taker)
    return True


def _moved(node: Node) -> Node:
    """What `.cpu()` and the like were called on."""
    while isinstance(node, Call) and isinstance(node.func, Attr) and node.func.name in ("cpu", "cuda", "to", "detach"):
        node = node.func.base
    return node


def _is_used_inside(call: Call, function: Function) -> bool:
    """Whether a function within this one uses a name that the result of the call went into."""
    names = {name for name, values in function.bindings.items() if any(_holds(value, call) for value in values)}
    inner = list(function.inner)
    while names and inner:
        other = inner.pop()
        if any(isinstance(node, Free) and node.name in names for node in used_values(other)):
            return True
        inner += other.inner
    return False


def _holds(value: Node, call: Call) -> bool:
    """Whether a value is the result of a call, or made from it without another call."""
    queue, seen = [value], set[int]()
    while queue:
        node = queue.pop()
        if node is call:
            return True
        if id(node) not in seen and not isinstance(node, Call):
            seen.add(id(node))
            queue += node.parts()
    return False


def used_values(function: Function, with_returned: bool = True) -> Iterator[Node]:
    """The values that something is done with in a function."""
    queue: list[Node] = [part for call in function.calls for part in call.parts()]
    queue += [part for operation in function.operations for part in operation.parts()]
    queue += [node for store in function.stores for node in (store.value, store.target)]
    queue += [item.value for item in function.returns] if with_returned else []
    queue += conditions(function.trace)
    seen: set[int] = set()
    while queue:
        node = queue.pop()
        if id(node) not in seen:
            seen.add(id(node))
            yield node
            if not isinstance(node, Call):
                queue += node.parts()
