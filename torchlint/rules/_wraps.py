"""Arithmetic of 8 bits that can't wrap, or whose wrapped result is right (for TLN502)."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations
from typing import TYPE_CHECKING

from torchlint.semantics.functions import Function
from torchlint.semantics.nodes import (
    Attr,
    Binary,
    Boolean,
    Call,
    Choice,
    Compare,
    Const,
    Free,
    Join,
    Loop,
    Node,
    Slice,
    strip,
)
from torchlint.semantics.operations import Operations, called_name
from torchlint.semantics.reach import reaches

if TYPE_CHECKING:
    from torchlint.semantics.arithmetic import Dtype

#: What is asked of a difference here is right for a wrapped one too.
_ZERO_TESTS = frozenset({"any", "count_nonzero", "nonzero", "all", "flatnonzero", "argwhere"})

#: What an array of 8 bits is of.
_BYTES = frozenset({"uint8", "ubyte", "byte"})

#: Calls that take a mean, and calls that give what they are given, in another type or on another device.
_MEANS = frozenset({"mean", "average", "nanmean", "divide", "true_divide", "floor_divide", "div"})
_PASSING = frozenset({"float32", "float64", "asarray", "array", "from_numpy", "tensor", "as_tensor", "clip", "squeeze"})
_CUTTING = frozenset({"clip", "clamp", "minimum"})

_MEASURES = frozenset({"abs", "absolute", "sum", "mean", "max", "norm", "square", "all", "any", "item", "amax"})


def cannot_wrap(op: str, base: Node, args: tuple[Node, ...]) -> bool:
    """A quick look: a float constant or a division makes floats of everything."""
    for side in (base, *args):
        if isinstance(side, Const) and not isinstance(side.value, int):
            return True
        if isinstance(side, Binary) and side.op == "Divide":
            return True
    return False


def is_harmless(operations: Operations, node: Node, op: str, base: Node, args: tuple[Node, ...]) -> bool:
    """Uses in which a wrapped result is right, or can't be one."""
    other = args[0] if args else None
    if op == "Subtract" and other is not None:
        if any(_reduced(one, "min", base) for one in _options(other)) or _reduced(base, "max", other):
            return True
        if _are_compared(operations.function, base, other):
            return True
    if any(_leaves_early(operations.function, node, side) for side in (base, *args)):
        return True
    if _is_shown(operations, node) or (op == "Subtract" and _only_tested(operations, node, 0)):
        return True
    for taker in operations.takers_of(node):
        if isinstance(taker, Binary) and taker.left is node and taker.op in ("Modulo", "BitAnd"):
            return True
        if isinstance(taker, Compare):
            against = taker.right if taker.left is node else taker.left
            if isinstance(against, Const) and against.value == 0:
                return op != "Subtract" or taker.op in ("Equal", "NotEqual")
    for call in operations.taking_calls(node):
        name = called_name(call)
        if name in _ZERO_TESTS and op in ("Subtract", "Add"):
            return True
        if name == "where" and len(call.args) == 3 and node in call.args[1:]:
            return True
    return False


def _options(node: Node) -> Iterator[Node]:
    """The values that a variable may have: `low = x.min() if low is None else low`."""
    if isinstance(node, (Choice, Join)):
        for part in node.parts():
            yield from _options(part)
    else:
        yield node


def _are_compared(function: Function, one: Node, other: Node) -> bool:
    """Whether a function asks which of two arrays is greater where: it knows what a difference is worth."""
    return any(
        compare.op.startswith(("GreaterThan", "LessThan"))
        and any(_same(left, one) and _same(right, other) for left, right in permutations(compare.parts()))
        for compare in function.comparisons
    )


def _leaves_early(function: Function, node: Node, array: Node) -> bool:
    """Whether bytes don't get as far as a node: `if x.dtype == np.uint8: return x`."""
    return any(
        returned.value.n < node.n and len(returned.guards) == 1 and _asks_for_bytes(*returned.guards[0], strip(array))
        for returned in function.returns
    )


def _asks_for_bytes(cond: Node, wanted: bool, array: Node) -> bool:
    if isinstance(cond, Boolean):
        return (cond.op == "Or") is wanted and any(_asks_for_bytes(part, wanted, array) for part in cond.parts())
    if not isinstance(cond, Compare) or (cond.op in ("Equal", "Is")) is not wanted:
        return False
    asked, kind = cond.left, cond.right
    is_byte = (isinstance(kind, (Attr, Free)) and kind.name in _BYTES) or (
        isinstance(kind, Const) and kind.value in _BYTES
    )
    return is_byte and isinstance(asked, Attr) and asked.name == "dtype" and strip(asked.base) is array


def _only_tested(operations: Operations, node: Node, depth: int) -> bool:
    """Whether a difference only serves to see if two arrays are the same."""
    takers = operations.takers_of(node)
    if not takers or depth > 5:
        return False
    for taker in takers:
        if isinstance(taker, Compare):
            other = taker.right if taker.left is node else taker.left
            if not (isinstance(other, Const) and isinstance(other.value, (int, float)) and abs(other.value) < 1):
                return False
        elif isinstance(taker, Call) and called_name(taker) in _MEASURES:
            if not _only_tested(operations, taker, depth + 1):
                return False
        elif not (isinstance(taker, Attr) and _only_tested(operations, taker, depth + 1)):
            return False
    return True


def _is_shown(operations: Operations, node: Node) -> bool:
    """Whether a difference is a picture for somebody to look at, and no more: `plt.imshow(a - b)`."""
    takers = operations.takers_of(node)
    return bool(takers) and all(isinstance(taker, Call) and called_name(taker) == "imshow" for taker in takers)


def is_averaged(operations: Operations, node: Node) -> bool:
    """Whether a sum becomes a mean, perhaps after more summands and casts: `(a + b + c).astype(float) / 3`. Only
    pictures are averaged; masks of different objects are put on top of each other.
    """
    queue, seen = [node], set[int]()
    while queue and len(seen) < 60:
        current = queue.pop()
        if id(current) in seen:
            continue
        seen.add(id(current))
        for taker in operations.takers_of(current):
            if isinstance(taker, Binary) and taker.left is current:
                if taker.op in ("Divide", "FloorDivide", "RightShift") or (
                    taker.op == "Multiply" and isinstance(taker.right, Const) and isinstance(taker.right.value, float)
                ):
                    return True
            if isinstance(taker, Call) and called_name(taker) in _MEANS:
                return True
            passes = isinstance(taker, (Attr, Join, Loop)) or (isinstance(taker, Binary) and taker.op == "Add")
            if passes or (isinstance(taker, Call) and (taker.func is current or called_name(taker) in _PASSING)):
                queue.append(taker)
    return False


def is_spread(operations: Operations, node: Node, op: str, pair: tuple[Dtype, Dtype]) -> bool:
    """Whether labels, read as one channel, are multiplied by a number, to be seen: `cv2.imread(path, 0) * 10`."""
    narrow, factor = pair if pair[1].library == "python" else (pair[1], pair[0])
    site = narrow.origin
    call = site.module.call_at(site.n) if site is not None else None
    return (
        op == "Multiply"
        and factor.library == "python"
        and call is not None
        and len(call.args) > 1
        and called_name(call) == "imread"
        and _is_gray(call.args[1])
        # a photograph is made brighter, and cut off at 255; an index is made of classes
        and not any(
            isinstance(taker, Binary) or (isinstance(taker, Call) and called_name(taker) in _CUTTING)
            for taker in operations.takers_of(node)
        )
    )


def _is_gray(flag: Node) -> bool:
    if isinstance(flag, Const):
        return flag.value == 0
    return isinstance(flag, (Attr, Free)) and flag.name == "IMREAD_GRAYSCALE"


def _reduced(node: Node, name: str, base: Node) -> bool:
    """Whether `node` is the least element of `base`, or of a part of it, so that the difference is never negative."""
    if isinstance(base, Call) and called_name(base) in ("max", "amax", "maximum", "item"):
        inner = base.func.base if isinstance(base.func, Attr) and not base.args else (*base.args, base)[0]
        if inner is not base and _reduced(node, name, inner):
            return True
    if not isinstance(node, Call):
        return False
    if called_name(node) not in (name, f"a{name}", f"{name}imum", f"nan{name}"):
        return False
    operands = [*node.args, node.func.base if isinstance(node.func, Attr) else node]
    return any(operand is base or _same(operand, base) for operand in operands)


def _same(first: Node, second: Node) -> bool:
    """Whether two expressions are the same attribute or item of the same value."""
    if first is second:
        return True
    if isinstance(first, Attr) and isinstance(second, Attr):
        return first.name == second.name and _same(first.base, second.base)
    if isinstance(first, Const) and isinstance(second, Const):
        return first.value == second.value
    parts, others = first.parts(), second.parts()
    if type(first) is not type(second) or len(parts) != len(others):
        return False
    if not parts:
        return isinstance(first, Slice)
    if isinstance(first, (Call, Binary)):
        return False
    return all(_same(a, b) for a, b in zip(parts, others, strict=True))


def is_blend(node: Node) -> bool:
    """`picture * opaque + background`, where the background was made with the same mask: one of them is 0."""
    if not isinstance(node, Binary) or node.op != "Add":
        return False
    return any(
        isinstance(one, Binary)
        and one.op == "Multiply"
        and any(isinstance(mask := strip(part), Compare) and reaches(other, {id(mask)}) for part in one.parts())
        for one, other in ((node.left, node.right), (node.right, node.left))
    )
