"""Shapes of what joins, products, reductions, selections and constructors return."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from torchlint.semantics.knowledge import tensors as known
from torchlint.semantics.nodes import Comprehension, Display, Loop, Node
from torchlint.semantics.shape_moves import target_sizes, view_as
from torchlint.semantics.shape_operation import Operation
from torchlint.semantics.sizes import ONE, Size, number, product
from torchlint.semantics.values import (
    Container,
    Context,
    External,
)

if TYPE_CHECKING:
    from torchlint.semantics.shape import Shape
    from torchlint.semantics.shapes import Shapes
    from torchlint.semantics.values import Bound


def _pieces(op: Operation) -> list[Bound] | None:
    """The tensors of a `cat` or `stack`."""
    if op.tensor is None:
        tensors = op.node.keyword("tensors") or op.node.keyword("arrays")
        if tensors is None:
            return None
    else:
        tensors = op.tensor
    while isinstance(tensors, Loop) and tensors.next is None:
        tensors = tensors.init
    if isinstance(tensors, Comprehension):
        return None
    found: list[Bound] = []
    for value in op.shapes.evaluator.values(tensors, op.context):
        if not isinstance(value, Container) or value.keys is not None or not value.exact:
            return None
        found = list(value.items)
        if value.kind == "list" and isinstance(value.node, Display):
            grown = op.shapes.evaluator.grown(value)
            if len(grown) != len(found):
                return None
    return found or None


def _cat(op: Operation) -> Shape | None:
    pieces = _pieces(op)
    index = op.integer(0, "dim", "axis", default=0)
    if pieces is None or index is None:
        return None
    shapes = [op.shapes.with_rank(op.shapes.shape(*piece)) for piece in pieces]
    for place, shape in enumerate(shapes):
        bare = shape.hole is not None and not shape.front and not shape.back
        if bare and place:
            continue
        # the result is longer than its pieces in this dimension, and as they are in the others
        return op.shapes.replaced(_fitted(op, shape, shapes), index, op.fresh(index, padded=True))
    return None


def _fitted(op: Operation, shape: Shape, pieces: list[Shape]) -> Shape:
    """The shape of one of several pieces, with what the others tell: they have as many dimensions, and where one of
    them has the size 1 (in another dimension than that in which they are joined), all have.
    """
    flat = [piece.front for piece in pieces if piece.hole is None]
    closed = op.shapes.closed(shape, len(flat[0])) if flat else None
    if closed is None or any(len(axes) != len(closed.front) for axes in flat):
        return shape
    return closed.with_front(
        next((axis for axis in same if product(axis) == ONE), mine)
        for mine, *same in zip(closed.front, *flat, strict=True)
    )


def _stack(op: Operation) -> Shape | None:
    index = op.integer(0, "dim", "axis", default=0)
    tensors = op.tensor
    if index is None or tensors is None:
        return None
    while isinstance(tensors, Loop) and tensors.next is None:
        tensors = tensors.init
    if isinstance(tensors, Comprehension):
        shape = op.shapes.shape(tensors.element, op.context)
        return op.shapes.inserted(shape, index, op.fresh(50))
    pieces = _pieces(op)
    if pieces is None:
        return None
    shape = op.shapes.with_rank(op.shapes.shape(*pieces[0]))
    return op.shapes.inserted(shape, index, (number(len(pieces)),) if len(pieces) > 1 else ())


def matmul(shapes: Shapes, node: Node, context: Context | None, left: Shape, right: Shape) -> Shape:
    """`left @ right` for tensors of two or more dimensions."""
    left, right = replace(shapes.with_rank(left), blank=False), replace(shapes.with_rank(right), blank=False)
    if left.rank in (0, 1) or right.rank in (0, 1):
        return shapes.unknown(node, context)
    columns = shapes.axis(right, -1)
    if columns is None:
        return shapes.unknown(node, context)
    if left.hole is not None and right.hole is None and len(right.front) > 2:
        rows = shapes.axis(left, -2)
        return replace(right.with_front((*right.front[:-2], rows or (), columns)), story=right.story)
    if left.rank is not None and right.rank is not None and right.rank > left.rank:
        rows = shapes.axis(left, -2)
        return right.with_front((*right.front[:-2], rows or (), columns))
    result = shapes.replaced(left, -1, columns)
    return result if result is not None else shapes.unknown(node, context)


def _matmul(op: Operation) -> Shape | None:
    other = op.argument(0, "other", "mat2")
    if other is None:
        return None
    return matmul(op.shapes, op.node, op.context, op.shape, op.shapes.shape(other, op.context))


def _mm(op: Operation) -> Shape | None:
    other = op.argument(0, "mat2")
    if other is None:
        return None
    left = op.shapes.closed(op.shape, 2)
    right = op.shapes.closed(op.shapes.shape(other, op.context), 2)
    if left is None or right is None:
        return None
    return left.with_front((left.front[0], right.front[1]))


def _bmm(op: Operation) -> Shape | None:
    other = op.argument(0, "mat2")
    if other is None:
        return None
    left = op.shapes.closed(op.shape, 3)
    right = op.shapes.closed(op.shapes.shape(other, op.context), 3)
    if left is None or right is None:
        return None
    return left.with_front((left.front[0], left.front[1], right.front[2]))


def _einsum(op: Operation) -> Shape | None:
    if op.tensor is None:
        return None
    equation = op.shapes.evaluator.constant(op.tensor, op.context)
    if not isinstance(equation, str) or "..." in equation or "->" not in equation:
        return None
    left, _, right = equation.replace(" ", "").partition("->")
    inputs = left.split(",")
    # the operands may stand in a list
    operands = op.args[0].items if len(op.args) == 1 and isinstance(op.args[0], Display) else op.args
    if len(inputs) != len(operands):
        return None
    axes: dict[str, tuple[Size, ...]] = {}
    pairs = [(letters, op.shapes.shape(arg, op.context)) for letters, arg in zip(inputs, operands, strict=True)]
    # a letter that stands in several operands is called as in one whose dimensions are known
    for letters, operand in sorted(pairs, key=lambda pair: pair[1].hole is not None):
        shape = op.shapes.closed(operand, len(letters))
        if shape is None:
            return None
        for letter, axis in zip(letters, shape.front, strict=True):
            axes.setdefault(letter, axis)
    from torchlint.semantics.shape import Shape

    return Shape(tuple(axes[letter] for letter in right)) if all(letter in axes for letter in right) else None


_TOKENS = re.compile(r"\(|\)|\.\.\.|[A-Za-z_]\w*|\d+")


def _rearrange(op: Operation) -> Shape | None:
    """einops: names that stand alone on the left are dimensions; products come apart as they are written."""
    pattern = op.shapes.evaluator.constant(op.argument(0, "pattern"), op.context)
    if not isinstance(pattern, str) or "->" not in pattern or "..." in pattern:
        return None
    left, _, right = pattern.partition("->")
    source, goal = _groups(left), _groups(right)
    shape = op.shapes.closed(op.shape, len(source))
    if shape is None:
        return None
    named: dict[str, tuple[Size, ...]] = {}
    given = {key: op.shapes.size(value, op.context) for key, value in op.node.keywords if key is not None}
    for group, axis in zip(source, shape.front, strict=True):
        if len(group) == 1:
            named[group[0]] = axis
            continue
        rest = [name for name in group if name not in given]
        for name in group:
            if name in given:
                named[name] = (given[name],)
        if len(rest) == 1:
            parts = product(given[name] for name in group if name in given)
            named[rest[0]] = (op.shapes.sizes.quotient(product(axis), parts),)
        else:
            for name in rest:
                named[name] = (op.shapes.sizes.named((id(op.node), id(op.context), name), name),)
    axes = []
    for group in goal:
        axis_sizes: tuple[Size, ...] = ()
        for name in group:
            if name == "1":
                continue
            if name not in named:
                if name not in given:
                    return None
                named[name] = (given[name],)
            axis_sizes = (*axis_sizes, *named[name])
        axes.append(axis_sizes)
    return shape.with_front(axes)


def _groups(side: str) -> list[list[str]]:
    groups: list[list[str]] = []
    inside = False
    for token in _TOKENS.findall(side):
        if token == "(":
            inside = True
            groups.append([])
        elif token == ")":
            inside = False
        elif inside:
            groups[-1].append(token)
        else:
            groups.append([token])
    return groups


def reduced(op: Operation) -> Shape | None:
    from torchlint.semantics.shape import Shape

    if op.tensor is None:
        return None
    position = known.dim_position(op.name)
    keep = op.constant(position + 1, "keepdim", "keepdims", default=False)
    if op.argument(position, "dim", "axis") is None:
        if op.args or any(key in ("dim", "axis") for key, _ in op.node.keywords):
            return None
        return Shape()
    node = op.argument(position, "dim", "axis")
    dims = (
        [op.shapes.evaluator.constant(item, op.context) for item in node.items]
        if isinstance(node, Display)
        else [op.constant(position, "dim", "axis")]
    )
    indices = [dim for dim in dims if type(dim) is int]
    if len(indices) != len(dims) or type(keep) is not bool:
        return None
    shape: Shape | None = op.shapes.with_rank(op.shape)
    if shape is not None and shape.hole is None:
        rank = len(shape.front)
        if any(not -rank <= i < rank for i in indices):
            return None
        wanted = {i % rank for i in indices}
        if keep:
            return shape.with_front(() if i in wanted else axis for i, axis in enumerate(shape.front))
        return shape.with_front(axis for i, axis in enumerate(shape.front) if i not in wanted)
    if len(indices) > 1 and len({i < 0 for i in indices}) > 1:
        return None
    for index in sorted(indices, reverse=indices[0] >= 0):
        shape = op.shapes.replaced(shape, index, () if keep else None) if shape is not None else None
    return shape


def _select(op: Operation) -> Shape | None:
    index = op.integer(0, "dim")
    return op.shapes.replaced(op.shape, index, None) if index is not None else None


def _narrow(op: Operation) -> Shape | None:
    index = op.integer(0, "dim")
    return op.shapes.replaced(op.shape, index, op.fresh(index)) if index is not None else None


def _unfold(op: Operation) -> Shape | None:
    """`x.unfold(dim, size, step)` cuts one dimension into windows; what is in them comes last."""
    index, size, step = op.integer(0, "dimension"), op.argument(1, "size"), op.argument(2, "step")
    if index is None or size is None or step is None:
        return None
    shape = op.shapes.replaced(op.shapes.with_rank(op.shape), index, op.fresh(index))
    if shape is None:
        return None
    window = (op.shapes.size(size, op.context),)
    if shape.hole is not None:
        return replace(shape, back=(*shape.back, window))
    return shape.with_front((*shape.front, window))


def _gather(op: Operation) -> Shape | None:
    return view_as(Operation(op.shapes, op.node, op.context, op.name, op.tensor, op.args[1:]))


def _constructor(op: Operation) -> Shape | None:
    from torchlint.semantics.shape import Shape

    args = op.args if op.name.startswith("new_") or op.tensor is None else (op.tensor, *op.args)
    if op.name in ("full", "new_full"):
        args = args[:1]
    sizes = target_sizes(Operation(op.shapes, op.node, op.context, op.name, None, args))
    if sizes is None or any(size.constant is not None and size.constant < 1 for size in sizes):
        return None
    return Shape(tuple(() if size.constant == 1 else (size,) for size in sizes), blank=True)


def _from_data(op: Operation) -> Shape | None:
    """`torch.Tensor([[1, 2], [3, 4]])`, but not `torch.Tensor(2, 2)`."""
    return op.shape if isinstance(op.tensor, Display) else None


def _where(op: Operation) -> Shape | None:
    if len(op.args) != 2:
        return None
    shapes = op.shapes
    first = shapes.broadcast(
        op.node, op.context, shapes.shape(op.args[0], op.context), shapes.shape(op.args[1], op.context)
    )
    return shapes.broadcast(op.node, op.context, first, op.shape)


def _pad(op: Operation) -> Shape | None:
    amounts = op.argument(0, "pad")
    if amounts is None:
        return None
    count = len(amounts.items) // 2 if isinstance(amounts, Display) else 0
    if not count:
        return None
    shape: Shape | None = op.shape
    for index in range(-count, 0):
        shape = op.shapes.replaced(shape, index, op.fresh(index, padded=True)) if shape is not None else None
    return shape


def _index_select(op: Operation) -> Shape | None:
    index = op.integer(0, "dim")
    return op.shapes.replaced(op.shape, index, op.fresh(index)) if index is not None else None


def _image(op: Operation) -> Shape | None:
    """What OpenCV reads: (height, width, 3), unless it is told otherwise."""
    from torchlint.semantics.shape import Shape

    if op.argument(0, "flags") is not None:
        return None
    return Shape((op.fresh(0), op.fresh(1), (number(3),)))


def _scaled(op: Operation) -> Shape | None:
    """`cv2.resize` takes (width, height)."""
    goal = op.argument(0, "dsize")
    sizes = op.shapes.sequence(goal, op.context) if goal is not None else None
    shape = op.shapes.with_rank(op.shape)
    if shape.hole is not None:
        shape = op.shapes.opened(shape, front=2)
    if sizes is None or len(sizes) != 2 or (shape.hole is None and shape.rank not in (2, 3)):
        return None
    return shape.with_front(((sizes[1],), (sizes[0],), *shape.front[2:]))


def _recoloured(op: Operation) -> Shape | None:
    code = op.argument(0, "code")
    values = op.shapes.evaluator.values(code, op.context) if code is not None else ()
    names = [value.last for value in values if isinstance(value, External)]
    return op.shape if names in (["COLOR_BGR2RGB"], ["COLOR_RGB2BGR"]) else None


#: by name
PRODUCTS: dict[str, Callable[[Operation], Shape | None]] = {
    "cat": _cat,
    "concat": _cat,
    "concatenate": _cat,
    "stack": _stack,
    "matmul": _matmul,
    "mm": _mm,
    "bmm": _bmm,
    "einsum": _einsum,
    "rearrange": _rearrange,
    "select": _select,
    "narrow": _narrow,
    "unfold": _unfold,
    "gather": _gather,
    "index_select": _index_select,
    "where": _where,
    "pad": _pad,
    "imread": _image,
    "resize": _scaled,
    "cvtColor": _recoloured,
    **dict.fromkeys(known.CONSTRUCTORS, _constructor),
    **dict.fromkeys(("Tensor", "FloatTensor", "DoubleTensor", "LongTensor", "array"), _from_data),
}
