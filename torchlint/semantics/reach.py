"""Which values a value is computed from, inside one function, and from one round of a loop to the next."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from torchlint.semantics.nodes import Attr, Binary, Call, Function, Join, Loop, Node, strip

#: Nodes that are looked at for one question.
BUDGET = 400


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
