"""Shapes of what views, permutations, repetitions and cuts return: the elements of one tensor in another order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from torchlint.semantics.nodes import Display, Node, Starred
from torchlint.semantics.shape_operation import Operation
from torchlint.semantics.sizes import Size, product
from torchlint.semantics.values import (
    Constant,
    Context,
)

if TYPE_CHECKING:
    from torchlint.semantics.shape import Axis, Shape
    from torchlint.semantics.shapes import Shapes


def _permute(op: Operation) -> Shape | None:
    order = op.integers(0, "dims", "axes")
    if order is None:
        return None
    shape = op.shapes.closed(op.shape, len(order))
    if shape is None or sorted(i % len(order) for i in order) != list(range(len(order))):
        return None
    return shape.with_front(shape.front[i] for i in order)


def _transpose(op: Operation) -> Shape | None:
    if len(op.args) > 2 or isinstance(op.argument(0), Display):
        return _permute(op)  # NumPy's
    a, b = op.integer(0, "dim0", "axis0"), op.integer(1, "dim1", "axis1")
    if a is None or b is None:
        return None
    return _swapped(op, op.shape, a, b)


def _swapped(op: Operation, shape: Shape, a: int, b: int) -> Shape | None:
    shapes = op.shapes
    shape = shapes.with_rank(shape)
    if shape.hole is not None and (a < 0) != (b < 0):
        return None
    first, second = shapes.axis(shape, a), shapes.axis(shape, b)
    if first is None or second is None:
        return None
    half = shapes.replaced(shape, a, second)
    return shapes.replaced(half, b, first) if half is not None else None


def _t(op: Operation) -> Shape | None:
    shape = op.shapes.closed(op.shape, 2)
    return shape.with_front(reversed(shape.front)) if shape is not None else None


def _movedim(op: Operation) -> Shape | None:
    source, goal = op.integer(0, "source"), op.integer(1, "destination")
    shape = op.shapes.with_rank(op.shape)
    if source is None or goal is None or shape.rank is None:
        return None
    rank = shape.rank
    if not (-rank <= source < rank and -rank <= goal < rank):
        return None
    axes = list(shape.front)
    axes.insert(goal % rank, axes.pop(source % rank))
    return shape.with_front(axes)


def _flatten(op: Operation) -> Shape | None:
    return flattened(op.shapes, op.shape, op.integer(0, "start_dim", default=0), op.integer(1, "end_dim", default=-1))


def flattened(shapes: Shapes, shape: Shape, start: int | None, end: int | None) -> Shape | None:
    if start is None or end is None:
        return None
    shape = shapes.with_rank(shape)
    if shape.hole is not None:
        if 0 <= start < end:
            shape = shapes.opened(shape, front=end + 1)
        else:
            return None
    axes = shape.front
    count = len(axes)
    if shape.hole is None:
        start, end = start % count if count else 0, end % count if count else 0
    merged = tuple(size for axis in axes[start : end + 1] for size in axis)
    return shape.with_front((*axes[:start], merged, *axes[end + 1 :]))


def _unflatten(op: Operation) -> Shape | None:
    index = op.integer(0, "dim")
    sizes_node = op.argument(1, "sizes", "unflattened_size")
    if index is None or sizes_node is None:
        return None
    sizes = op.shapes.sequence(sizes_node, op.context)
    if sizes is None:
        return None
    return unflattened(op, op.shape, index, sizes)


def unflattened(op: Operation, shape: Shape, index: int, sizes: list[Size]) -> Shape | None:
    shapes = op.shapes
    whole = shapes.axis(shape, index)
    if whole is None:
        return None
    known_sizes = product(size for size in sizes if size.constant != -1)
    rest = shapes.sizes.quotient(product(whole), known_sizes)
    axes = [(rest,) if size.constant == -1 else () if size.constant == 1 else (size,) for size in sizes]
    result = shapes.replaced(shape, index, axes[-1] if index < 0 else axes[0])
    for axis in reversed(axes[:-1]) if index < 0 else axes[1:]:
        if result is None:
            return None
        if index < 0:
            result = shapes.inserted(result, index - 1, axis)
            index -= 1
        else:
            index += 1
            result = shapes.inserted(result, index, axis)
    return result


def _squeeze(op: Operation) -> Shape | None:
    index = op.integer(0, "dim", "axis")
    shape = op.shape
    if index is None:
        if op.args or op.node.keywords or shape.hole is not None:
            return None
        if all(not axis or axis[0].constant not in (None, 1) for axis in shape.front):
            return shape.with_front(axis for axis in shape.front if axis)
        return None
    axis = op.shapes.axis(shape, index)
    if axis is None:
        return None
    # a dimension of another size stays; whoever squeezes it knows that it is 1
    return op.shapes.replaced(shape, index, None)


def _unsqueeze(op: Operation) -> Shape | None:
    index = op.integer(0, "dim", "axis")
    return op.shapes.inserted(op.shapes.with_rank(op.shape), index, ()) if index is not None else None


def target_sizes(op: Operation) -> list[Size] | None:
    """The sizes given to view, reshape, expand, repeat or a constructor; -1 stays."""
    shapes = op.shapes
    args = op.args
    keyword = op.node.keyword("shape") or op.node.keyword("size") or op.node.keyword("newshape")
    if not args and keyword is not None:
        return shapes.sequence(keyword, op.context)
    if len(args) == 1 and not isinstance(args[0], Starred):
        sequence = shapes.sequence(args[0], op.context)
        if sequence is not None:
            return sequence
        if not _is_number(shapes, args[0], op.context):
            return None
    sizes: list[Size] = []
    for arg in args:
        if isinstance(arg, Starred):
            inner = shapes.sequence(arg.base, op.context)
            if inner is None:
                return None
            sizes += inner
        else:
            sizes.append(shapes.size(arg, op.context))
    return sizes or None


def _is_number(shapes: Shapes, node: Node, context: Context | None) -> bool:
    """Whether the only argument of a view is one size, not a tuple of sizes or a dtype."""
    values = shapes.evaluator.values(node, context)
    return all(isinstance(value, Constant) and type(value.value) is int for value in values)


def _viewed(op: Operation) -> Shape | None:
    from torchlint.semantics.regroup import regroup

    if op.node.keyword("order") is not None or op.node.keyword("dtype") is not None:
        return None
    sizes = target_sizes(op)
    if sizes is None or is_impossible(op.shape, sizes):
        return None
    return regroup(op.shapes, op.shape, sizes, op.node, op.context).result


def is_impossible(shape: Shape, sizes: list[Size]) -> bool:
    """Whether a view asks for so many times the elements that there are: it raises, and what follows never runs."""
    if shape.hole is not None or any(size.constant == -1 for size in sizes):
        return False
    there, asked = product(product(axis) for axis in shape.front), product(sizes)
    times = [quotient.known for quotient in (asked.over(there), there.over(asked)) if quotient is not None]
    return any(count not in (None, 1) for count in times)


def view_as(op: Operation) -> Shape | None:
    other = op.argument(0, "other")
    if other is None:
        return None
    shape = op.shapes.shape(other, op.context)
    return replace(shape, story=(), batch=None)


def _matched_sizes(op: Operation) -> tuple[Shape, list[tuple[Size, Axis]]] | None:
    """The sizes that are asked for, each with the dimension of the tensor that it is for: counted from the end."""
    sizes = target_sizes(op)
    if sizes is None:
        return None
    shape = op.shapes.with_rank(op.shape)
    if shape.hole is not None:
        closed = op.shapes.closed(shape, len(sizes))
        if closed is None:
            return None
        shape = closed
    offset = len(sizes) - len(shape.front)
    if offset < 0:
        return None
    return shape, [(size, shape.front[i - offset] if i >= offset else ()) for i, size in enumerate(sizes)]


def _expand(op: Operation) -> Shape | None:
    matched = _matched_sizes(op)
    if matched is None:
        return None
    shape, sizes = matched
    axes = []
    for size, axis in sizes:
        axes.append(axis if axis or size.constant in (-1, 1) else (size,))
    return shape.with_front(axes)


def _repeat(op: Operation) -> Shape | None:
    if op.node.keyword("axis") is not None:
        return None  # NumPy's repeats the elements of one dimension
    matched = _matched_sizes(op)
    if matched is None:
        return None
    shape, sizes = matched
    axes = []
    for size, axis in sizes:
        axes.append(axis if size.constant == 1 else (size, *axis))
    return shape.with_front(axes)


def _repeat_interleave(op: Operation) -> Shape | None:
    index = op.integer(1, "dim")
    times = op.argument(0, "repeats")
    if index is None or times is None:
        return None
    axis = op.shapes.axis(op.shape, index)
    if axis is None:
        return None
    return op.shapes.replaced(op.shape, index, (*axis, op.shapes.size(times, op.context)))


def _chunk(op: Operation, path: tuple[int, ...]) -> Shape | None:
    if len(path) != 1:
        return None
    index = op.integer(1, "dim", "axis", default=0)
    if index is None:
        return None
    count = op.argument(0, "chunks", "sections", "indices_or_sections")
    axis = op.shapes.axis(op.shape, index)
    if axis is None or count is None:
        return None
    part = op.shapes.sizes.quotient(product(axis), op.shapes.size(count, op.context))
    return op.shapes.replaced(op.shape, index, () if part.constant == 1 else (part,))


def _split(op: Operation, path: tuple[int, ...]) -> Shape | None:
    if len(path) != 1:
        return None
    index = op.integer(1, "dim", "axis", default=0)
    amount = op.argument(0, "split_size", "split_size_or_sections")
    if index is None or amount is None:
        return None
    parts = op.shapes.sequence(amount, op.context)
    if parts is not None:
        size = parts[path[0]] if -len(parts) <= path[0] < len(parts) else None
    else:
        size = op.shapes.size(amount, op.context) if path[0] == 0 else None
    if size is None:
        return op.shapes.replaced(op.shape, index, op.fresh(100 + index))
    return op.shapes.replaced(op.shape, index, () if size.constant == 1 else (size,))


def _unbind(op: Operation, path: tuple[int, ...]) -> Shape | None:
    index = op.integer(0, "dim", default=0)
    if len(path) != 1 or index is None:
        return None
    return op.shapes.replaced(op.shape, index, None)


def _topk(op: Operation, path: tuple[int, ...]) -> Shape | None:
    if len(path) > 1:
        return None
    shape = op.shapes.opened(op.shape, back=1)
    place = op.integer(1, "dim", default=-1)
    return op.shapes.replaced(shape, place, op.fresh(place)) if place is not None else None


def _sort(op: Operation, path: tuple[int, ...]) -> Shape | None:
    return op.shape if len(path) == 1 else None


#: by name
MOVES: dict[str, Callable[[Operation], Shape | None]] = {
    "permute": _permute,
    "transpose": _transpose,
    "swapaxes": _transpose,
    "swapdims": _transpose,
    "t": _t,
    "movedim": _movedim,
    "moveaxis": _movedim,
    "flatten": _flatten,
    "unflatten": _unflatten,
    "squeeze": _squeeze,
    "unsqueeze": _unsqueeze,
    "expand_dims": _unsqueeze,
    "view": _viewed,
    "reshape": _viewed,
    "view_as": view_as,
    "reshape_as": view_as,
    "expand_as": view_as,
    "expand": _expand,
    "repeat": _repeat,
    "tile": _repeat,
    "repeat_interleave": _repeat_interleave,
}

#: of those that return several tensors
CUTS: dict[str, Callable[[Operation, tuple[int, ...]], Shape | None]] = {
    "chunk": _chunk,
    "split": _split,
    "unbind": _unbind,
    "topk": _topk,
    "sort": _sort,
}
