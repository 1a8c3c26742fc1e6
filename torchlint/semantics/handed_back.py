"""What the callers of a function do with what it returns."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING

from torchlint.semantics.nodes import Display, Free, Part, strip
from torchlint.semantics.results import used_values
from torchlint.semantics.values import FunctionValue

if TYPE_CHECKING:
    from torchlint.semantics.evaluate import Evaluator
    from torchlint.semantics.functions import Function, Return
    from torchlint.semantics.nodes import Call, Node

#: Calls of one function that are looked at.
MAX_SITES = 20

#: Callers that only hand a value on to their own callers, one after the other.
MAX_DEPTH = 4


def taken(evaluator: Evaluator, function: Function, returned: Return, depth: int = 0) -> Iterator[Node]:
    """What a function returns; of several values those with which a caller does something, all if none is seen."""
    value = strip(returned.value)
    if not isinstance(value, Display) or value.kind != "tuple":
        yield returned.value
        return
    sites = list(islice(_sites(evaluator, function), MAX_SITES))
    for index, item in enumerate(value.items):
        if not sites or any(_takes(evaluator, site, index, len(value.items), depth) for site in sites):
            yield item


def _sites(evaluator: Evaluator, function: Function) -> Iterator[Call]:
    for call in evaluator.callers.sites(function):
        if any(isinstance(v, FunctionValue) and v.function is function for v in evaluator.values(call.func, None)):
            yield call


def _takes(evaluator: Evaluator, site: Call, index: int, count: int, depth: int) -> bool:
    """Whether something is done with one of the values that a call gives."""
    caller = site.function
    parts = [
        (name, value)
        for name, values in caller.bindings.items()
        for value in values
        if isinstance(value, Part) and strip(value.base) is site
    ]
    if not parts:
        return site not in caller.discarded
    mine = [(name, part) for name, part in parts if part.index in (index, index - count)]
    used = {id(node) for node in used_values(caller, with_returned=depth >= MAX_DEPTH)}
    for returned in caller.returns if depth < MAX_DEPTH else ():
        used |= {id(strip(value)) for value in taken(evaluator, caller, returned, depth + 1)}
    if any(id(part) in used for _, part in mine):
        return True
    names = {name for name, _ in mine} if caller.parent is None else set()
    others = (node for other in caller.module.functions if other is not caller for node in used_values(other))
    return bool(names) and any(isinstance(node, Free) and node.name in names for node in others)
