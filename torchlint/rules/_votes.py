"""Conditions that are added with `+` and then counted (part of TLN501)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from torchlint.rules.base import Problem
from torchlint.semantics.nodes import Binary, Call, Choice, Compare, Const, Join, Loop, Node
from torchlint.semantics.operations import Operations, before_loop, called_name

if TYPE_CHECKING:
    from torchlint.semantics.module import Module


def added_conditions(module: Module) -> Iterator[Problem]:
    """Conditions that are added and then counted."""
    finder = module.evaluator.dtypes
    for function in module.functions:
        operations = finder.operations(function)
        for node in operations.found:
            if not isinstance(node, Binary) or node.op != "Add" or not _may_be_bool(node):
                continue
            if any(isinstance(t, Binary) and t.op == "Add" and not t.in_place for t in operations.takers_of(node)):
                continue
            use = _counted(operations, node)
            if use is None:
                continue
            for context in module.evaluator.dtypes.frames(function, node, anyhow=True):
                pairs = finder.pairs(before_loop(node.left) if node.in_place else node.left, node.right, context)
                if pairs and all(a.name == b.name == "bool" and a.is_array and b.is_array for a, b in pairs):
                    yield Problem(
                        module.site(node),
                        "bool + bool is a logical or: however many conditions hold, the result is True, "
                        "and what is counted here never gets beyond 1",
                        "cast before adding: `.long()`, or `.astype(int)` in NumPy",
                        ((module.site(use), "used as a number here"),),
                    )
                    break


def _may_be_bool(node: Binary) -> bool:
    """A quick look: at least one side is a comparison, or something whose making is not seen here."""
    for side in (node.left, node.right):
        if isinstance(side, Compare) or (isinstance(side, Binary) and side.op == "Add" and _may_be_bool(side)):
            return True
        if isinstance(side, Call) and called_name(side) in ("eq", "ne", "gt", "lt", "ge", "le", "bool"):
            return True
    return False


def _counted(operations: Operations, node: Node) -> Node | None:
    """A use of a sum that only makes sense for a number: `votes >= 2`, `hits / n`."""
    queue, seen = [node], {id(node)}
    while queue:
        current = queue.pop()
        for taker in operations.takers_of(current):
            if id(taker) in seen:
                continue
            seen.add(id(taker))
            if isinstance(taker, Compare):
                other = taker.right if taker.left is current else taker.left
                if isinstance(other, Const) and type(other.value) in (int, float) and _beyond_one(taker, other.value):
                    return taker
            elif isinstance(taker, Binary) and taker.op in ("Divide", "FloorDivide") and taker.left is current:
                return taker
            elif isinstance(taker, (Loop, Choice, Join)) or (isinstance(taker, Binary) and taker.in_place):
                queue.append(taker)
    return None


def _beyond_one(compare: Compare, value: object) -> bool:
    assert isinstance(value, (int, float))
    return value >= 2 or (value >= 1 and compare.op in ("GreaterThan", "LessThanEqual"))
