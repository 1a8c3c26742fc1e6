"""Code that is run to be measured, not for what it computes."""

from __future__ import annotations

from collections.abc import Iterator

from torchlint.semantics.functions import Function
from torchlint.semantics.nodes import (
    Attr,
    Call,
    Compare,
    Const,
    Display,
    Element,
    Free,
    Imported,
    Item,
    Node,
    Param,
    Part,
    strip,
)
from torchlint.semantics.operations import called_name
from torchlint.semantics.traces import Branch, Jump, LoopStep, Trace, blocks, calls_in

#: Calls in whose neighbourhood an operation is run to be timed.
_CLOCKS = frozenset({"time", "perf_counter", "synchronize", "Event", "timeit", "process_time", "monotonic", "profile"})

#: Functions that make a tensor of nothing.
MADE_UP = frozenset({"rand", "randn", "randint", "zeros", "ones", "empty", "full", "arange", "normal", "rand_like"})

#: Methods whose arguments are no data.
_CASTS = frozenset({"to", "cuda", "type", "view", "reshape", "expand", "repeat", "sum", "mean"})


#: Fewer batches than this train nothing.
_FEW = 20


def is_timed(function: Function) -> bool:
    """Whether a function reads a clock."""
    return any(called_name(call) in _CLOCKS for call in function.calls)


def moves_nothing(optimizer: Call) -> bool:
    """Whether the parameters of an optimizer have no elements, `SGD([nn.Parameter(torch.zeros(0))], lr=1)`: it is there
    so that a schedule has one.
    """
    params = strip(optimizer.args[0]) if optimizer.args else None
    return isinstance(params, Display) and bool(params.items) and all(map(_is_empty, params.items))


def _is_empty(tensor: Node) -> bool:
    tensor = strip(tensor)
    if not isinstance(tensor, Call) or not tensor.args:
        return False
    if called_name(tensor) == "Parameter":
        return _is_empty(tensor.args[0])
    return called_name(tensor) in MADE_UP and any(isinstance(s, Const) and s.value == 0 for s in tensor.args)


def is_trial(backward: Call) -> bool:
    """Whether a backward is part of a trial that takes the time of a step: with a clock, and on made-up data alone, or
    on a few batches.
    """
    if not is_timed(backward.function):
        return False
    loop = _innermost_loop(backward.function.trace, backward)
    if loop is not None and _ends_soon(loop) and any(called_name(call) in _CLOCKS for call in calls_in(loop.body)):
        return True
    loss = backward.args[0] if backward.args else backward.func.base if isinstance(backward.func, Attr) else None
    sources = list(_sources(loss)) if loss is not None else []
    return bool(sources) and all(isinstance(node, Call) for node in sources)


def _innermost_loop(trace: Trace, call: Call) -> LoopStep | None:
    for step in trace:
        for block in blocks(step):
            if any(other is call for other in calls_in(block)):
                return _innermost_loop(block, call) or (step if isinstance(step, LoopStep) else None)
    return None


def _ends_soon(loop: LoopStep) -> bool:
    """Whether a loop is left after a few rounds: `if i == 3: break`."""
    return any(
        isinstance(step, Branch)
        and any(isinstance(inner, Jump) and inner.kind == "break" for inner in step.yes)
        and isinstance(step.cond, Compare)
        and step.cond.op in ("Equal", "GreaterThan", "GreaterThanEqual")
        and _counts_rounds(step.cond.left, loop)
        and isinstance(step.cond.right, Const)
        and isinstance(step.cond.right.value, int)
        and step.cond.right.value < _FEW
        for step in loop.body
    )


def _counts_rounds(node: Node, loop: LoopStep) -> bool:
    """Whether a value is the number of a round: `i` in `for i, batch in enumerate(loader)` or `for i in range(n)`."""
    node = strip(node)
    if isinstance(node, Part):
        return node.index == 0 and node.base is loop.target
    return node is loop.target


def _sources(value: Node) -> Iterator[Node]:
    """What a value is computed from: calls that make a tensor of nothing, and data that comes from somewhere."""
    queue, seen = [value], set[int]()
    while queue:
        node = strip(queue.pop())
        if id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, (Param, Element, Free)):
            yield node
        elif not isinstance(node, Call):
            queue += [node.base] if isinstance(node, (Attr, Item, Part)) else node.parts()
        elif called_name(node) in MADE_UP:
            yield node
        else:
            name, func = called_name(node), node.func
            if isinstance(func, Attr) and not isinstance(strip(func.base), (Free, Imported, Param)):
                queue.append(func.base)
            if name not in _CASTS:
                queue += [*node.args, *(item for _, item in node.keywords)]
