"""Which values a value is computed from, inside one function, from one round of a loop to the next, and out of it."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from torchlint.semantics.functions import Function
from torchlint.semantics.nodes import Attr, Binary, Call, Compare, Item, Join, Loop, Node, strip

#: Nodes that are looked at for one question.
BUDGET = 400

#: Methods that put a value into what they are called on.
_ADDING = frozenset({"append", "extend", "insert", "add", "update", "put", "setdefault", "copy_", "index_copy_"})


def origins(node: Node) -> Iterator[Node]:
    """A value and all that it is computed from, nearest first, as far as variables and calls tell."""
    queue, seen = [node], {id(node)}
    for current in queue:
        yield current
        fresh = [part for part in current.parts() if id(part) not in seen]
        seen |= {id(part) for part in fresh}
        queue += fresh
        if len(queue) > BUDGET:
            return


def reaches(node: Node, targets: Collection[int]) -> bool:
    """Whether a value is computed from one of `targets`, given by their ids."""
    return any(id(current) in targets for current in origins(node))


def hands_back(function: Function, call: Call) -> bool:
    """Whether gradients may flow from what a function gives back to the result of a call in it."""
    added: dict[int, list[Node]] = {}
    for store in function.stores:
        if isinstance(store.target, Item):
            added.setdefault(id(strip(store.target.base)), []).append(store.value)
    for other in function.calls:
        if isinstance(other.func, Attr) and other.func.name in _ADDING:
            added.setdefault(id(strip(other.func.base)), []).extend(other.args)
    queue, seen = [strip(item.value) for item in function.returns], set[int]()
    while queue:
        node = queue.pop()
        if node is call or len(seen) > BUDGET:
            return True
        if id(node) in seen or cuts_gradient(node):
            continue
        seen.add(id(node))
        parts = (node.base,) if isinstance(node, Item) else () if isinstance(node, Compare) else node.parts()
        queue += [strip(part) for part in (*parts, *added.get(id(node), ()))]
    return False


def cuts_gradient(node: Node) -> bool:
    """`x.detach()`."""
    return isinstance(node, Call) and isinstance(node.func, Attr) and node.func.name == "detach"


def backwards(function: Function) -> Iterator[tuple[Call, Node]]:
    """The backward calls of a function, each with the loss that it starts from."""
    for call in function.calls:
        if isinstance(call.func, Attr) and call.func.name == "backward" and not call.args:
            loss = strip(call.func.base)
            if isinstance(loss, Call) and isinstance(loss.func, Attr) and loss.func.name == "scale" and loss.args:
                loss = strip(loss.args[0])  # scaler.scale(loss).backward()
            yield call, loss
        elif isinstance(call.func, Attr) and call.func.name in ("backward", "manual_backward") and call.args:
            yield call, strip(call.args[0])


def carries(node: Binary) -> bool:
    """`x = x + y` in a loop."""
    loop = node.left
    if not isinstance(loop, Loop) or node.in_place:
        return False
    nexts = loop.next.options if isinstance(loop.next, Join) else (loop.next,)
    return any(option is node for option in nexts)
