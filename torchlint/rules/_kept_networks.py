"""Networks that are kept under another name while they are trained on: `best = model` (for TLN606)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from torchlint.rules._state_dicts import train_network
from torchlint.semantics.layers import is_module
from torchlint.semantics.nodes import Attr, Call, Compare, Const, Loop, Node, Param, strip
from torchlint.semantics.order import entry_guards
from torchlint.semantics.traces import Jump, LoopStep, Renaming, blocks, calls_in

if TYPE_CHECKING:
    from torchlint.semantics.functions import Function
    from torchlint.semantics.module import Module
    from torchlint.semantics.traces import Trace


def kept_networks(module: Module, function: Function) -> Iterator[Renaming]:
    """The places where a network that a loop trains gets another name because of what was reached in a round, and is
    used by that name behind the loop.
    """
    for renaming, loops in _renamings(function.trace, ()):
        loop = next(
            (loop for loop in loops if train_network(module.evaluator, renaming.value, calls_in(loop.body))), None
        )
        if loop is not None and _is_network(module, function, renaming) and _is_chosen(renaming, loop):
            if _is_made_before(renaming.value, loop) and _means_one(function, renaming):
                if _is_used_behind(module, loop, renaming):
                    yield renaming


def _renamings(trace: Trace, loops: tuple[LoopStep, ...]) -> Iterator[tuple[Renaming, tuple[LoopStep, ...]]]:
    """The renamings of a trace whose block goes on, each with the loops around it."""
    leaves = any(isinstance(step, Jump) and step.kind != "continue" for step in trace)
    for step in trace:
        if isinstance(step, Renaming) and loops and not leaves:
            yield step, loops
        inner = (*loops, step) if isinstance(step, LoopStep) else loops
        for block in blocks(step):
            yield from _renamings(block, inner)


def _is_network(module: Module, function: Function, renaming: Renaming) -> bool:
    """Whether a value is a network for certain: as it was made, or as it is asked for its parameters or its mode."""
    network = strip(renaming.value)
    if any(is_module(module.evaluator, value) for value in module.evaluator.values(network, None)):
        return True
    return any(
        isinstance(call.func, Attr)
        and call.func.name in ("parameters", "named_parameters", "train", "eval", "state_dict")
        and strip(call.func.base) is network
        for call in function.calls
    )


def _is_chosen(renaming: Renaming, loop: LoopStep) -> bool:
    """Whether a comparison decides in which rounds the network is kept."""
    entry = entry_guards(loop)
    chosen = [cond for cond, holds in renaming.guards if (cond, holds) not in entry]
    return any(isinstance(part, Compare) for cond in chosen for part in (strip(cond), *strip(cond).parts()))


def _is_made_before(network: Node, loop: LoopStep) -> bool:
    """Whether all rounds train the same network: it is no new one in each, nor one that a call gives back."""
    network = strip(network)
    inside = set(map(id, calls_in(loop.body)))
    if isinstance(network, Loop):
        return network.next is None
    return isinstance(network, (Call, Param, Attr)) and id(network) not in inside


def _means_one(function: Function, renaming: Renaming) -> bool:
    """Whether the second name is never given to anything else, but for None before."""
    return all(
        strip(value) is strip(renaming.value) or (isinstance(value, Const) and value.value is None)
        for value in function.bindings.get(renaming.name, ())
        if not isinstance(value, Loop)
    )


def _is_used_behind(module: Module, loop: LoopStep, renaming: Renaming) -> bool:
    """Whether the second name is written once more behind the loop, in the same block or in one around it."""
    rows = [module.span(call.n) for call in calls_in(loop.body)]
    found = module.span(renaming.n)
    if found is None:
        return False
    lines = module.source.text.splitlines()
    spans = [found, *(span for span in rows if span is not None)]
    first, last = min(span[0][0] for span in spans), max(span[1][0] for span in spans)
    if any(_works(renaming.name, line) for line in lines[first - 1 : last]):
        return False  # the name for the network that is trained now
    depth = _indent(lines[found[0][0] - 1])
    for line in lines[last:]:
        if not line.strip():
            continue
        if re.match(r"\s*(def|class)\b", line) and _indent(line) < depth:
            return False
        if _indent(line) < depth and re.search(rf"(?<![\w.]){re.escape(renaming.name)}\b(?!\s*=[^=])", line):
            return True
    return False


def _works(name: str, line: str) -> bool:
    """`net(x)`, `net.train()`, `net.parameters()`."""
    return re.search(rf"(?<![\w.]){re.escape(name)}(\.(train|parameters|zero_grad))?\(", line) is not None


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())
