"""What the callers of a function do with what it returns."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING

from torchlint.semantics.nodes import Display, Free, Part, strip
from torchlint.semantics.reach import reaches
from torchlint.semantics.results import used_values
from torchlint.semantics.values import FunctionValue

if TYPE_CHECKING:
    from torchlint.semantics.evaluate import Evaluator
    from torchlint.semantics.functions import Function, Return
    from torchlint.semantics.nodes import Call, Node

#: Calls of one function that are looked at.
MAX_SITES = 20


def taken(evaluator: Evaluator, function: Function, returned: Return) -> Iterator[Node]:
    """What a function returns; of several values those with which a caller does something, all if none is seen."""
    value = strip(returned.value)
    if not isinstance(value, Display) or value.kind != "tuple":
        yield returned.value
        return
    for index, item in enumerate(value.items):
        if _is_wanted(evaluator, function, index, len(value.items), set()):
            yield item


def _is_wanted(evaluator: Evaluator, function: Function, index: int, count: int, asked: set[tuple[int, int]]) -> bool:
    """Whether a caller does something with one of the values that a function returns, or none is seen. A function that
    is being asked already has no answer of its own.
    """
    if (id(function), index) in asked:
        return False
    asked.add((id(function), index))
    sites = list(islice(_sites(evaluator, function), MAX_SITES))
    return not sites or any(_takes(evaluator, site, index, count, asked) for site in sites)


def _sites(evaluator: Evaluator, function: Function) -> Iterator[Call]:
    for call in evaluator.callers.sites(function):
        if any(isinstance(v, FunctionValue) and v.function is function for v in evaluator.values(call.func, None)):
            yield call


def _takes(evaluator: Evaluator, site: Call, index: int, count: int, asked: set[tuple[int, int]]) -> bool:
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
    wanted = {id(part) for _, part in mine}
    if any(id(node) in wanted for node in used_values(caller, with_returned=False)):
        return True
    if any(_is_handed_on(evaluator, caller, returned, wanted, asked) for returned in caller.returns):
        return True
    names = {name for name, _ in mine} if caller.parent is None else set()
    others = (node for other in caller.module.functions if other is not caller for node in used_values(other))
    return bool(names) and any(isinstance(node, Free) and node.name in names for node in others)


def _is_handed_on(
    evaluator: Evaluator, caller: Function, returned: Return, wanted: set[int], asked: set[tuple[int, int]]
) -> bool:
    """Whether a caller returns a value to one that does something with it."""
    value = strip(returned.value)
    if not isinstance(value, Display) or value.kind != "tuple":
        return reaches(value, wanted)
    return any(
        reaches(item, wanted)
        and (id(strip(item)) not in wanted or _is_wanted(evaluator, caller, n, len(value.items), asked))
        for n, item in enumerate(value.items)
    )
