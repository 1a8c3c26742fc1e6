"""Shapes of what calls return: methods and functions of tensors, layers, and code of the project."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from torchlint.semantics.knowledge import tensors as known
from torchlint.semantics.nodes import Attr, Call, Choice, Comprehension, Display, Loop, Node, Param, Part, Starred
from torchlint.semantics.sizes import Size, number, product
from torchlint.semantics.values import (
    ClassValue,
    Constant,
    Container,
    Context,
    External,
    FunctionValue,
    Instance,
    Opaque,
)

if TYPE_CHECKING:
    from torchlint.semantics.shapes import Shape, Shapes
    from torchlint.semantics.values import Bound

#: functions outside torch that work on tensors like its own
_TENSOR_ROOTS = ("torch.", "numpy.", "einops.", "jax.", "cv2.")


class Operation:
    """A call of a tensor function, written `torch.f(x, ...)` or `x.f(...)`."""

    def __init__(
        self,
        shapes: Shapes,
        node: Call,
        context: Context | None,
        name: str,
        tensor: Node | None,
        args: tuple[Node, ...],
    ) -> None:
        self.shapes, self.node, self.context, self.name = shapes, node, context, name
        self.tensor, self.args = tensor, args

    def argument(self, position: int, *names: str) -> Node | None:
        """The argument after the tensor at `position`, or by one of its names."""
        if 0 <= position < len(self.args):
            arg = self.args[position]
            return None if isinstance(arg, Starred) else arg
        for name in names:
            value = self.node.keyword(name)
            if value is not None:
                return value
        return None

    def constant(self, position: int, *names: str, default: object = None) -> object:
        node = self.argument(position, *names)
        if node is None:
            return default
        value = self.shapes.evaluator.constant(node, self.context)
        return value if value is not None else ...

    def integer(self, position: int, *names: str, default: int | None = None) -> int | None:
        value = self.constant(position, *names, default=default)
        return value if type(value) is int else None

    def integers(self, position: int, *names: str) -> list[int] | None:
        """One number, several numbers in a row, or a tuple of numbers."""
        first = self.argument(position, *names)
        if first is None:
            return None
        nodes: tuple[Node, ...] = self.args[position:] if position < len(self.args) else (first,)
        if isinstance(first, Display):
            nodes = first.items
        values = [self.shapes.evaluator.constant(node, self.context) for node in nodes]
        if len(values) == 1 and values[0] is None:
            found = self.shapes.evaluator.values(first, self.context)
            if len(found) == 1 and isinstance(found[0], Container) and found[0].exact:
                values = [self.shapes.evaluator.constant(*item) for item in found[0].items]
        result = [value for value in values if type(value) is int]
        return result if len(result) == len(values) and result else None

    @property
    def shape(self) -> Shape:
        assert self.tensor is not None
        return self.shapes.shape(self.tensor, self.context)

    @property
    def unknown(self) -> Shape:
        return self.shapes.unknown(self.node, self.context)

    def fresh(self, index: int, padded: bool = False, certain: bool = True) -> tuple[Size, ...]:
        return self.shapes.fresh(self.node, self.context, index, padded, certain)


def call(shapes: Shapes, node: Call, context: Context | None, path: tuple[int, ...]) -> Shape:
    """The shape of (element `path` of) what a call returns."""
    evaluator = shapes.evaluator
    callees = evaluator.values(node.func, context)
    if len(callees) > 3:
        return shapes.unknown(node, context, path)
    results: list[Shape] = []
    for callee in callees:
        found = _called(shapes, callee, node, context, path)
        if found is None:
            return shapes.unknown(node, context, path)
        results.append(found)
    if results and all(result.dims == results[0].dims for result in results):
        return results[0]
    return shapes.unknown(node, context, path)


def _called(shapes: Shapes, callee: object, node: Call, context: Context | None, path: tuple[int, ...]) -> Shape | None:
    if isinstance(callee, External):
        if not callee.name.startswith(_TENSOR_ROOTS):
            return None
        if not node.args and not node.keywords:
            return None
        name = callee.last
        tensor = node.args[0] if node.args else None
        rest = node.args[1:]
        if tensor is None:
            for key in ("input", "tensor", "x", "query", "a"):
                tensor = tensor or node.keyword(key)
        if isinstance(tensor, Starred):
            return None
        return operation(Operation(shapes, node, context, name, tensor, rest), path)
    if isinstance(callee, Instance):
        if callee.cls is None:
            if not node.args or isinstance(node.args[0], Starred):
                return None
            given = replace(shapes.shape(node.args[0], context), blank=False)
            return layer(shapes, callee, given, node, context, path)
        return _followed(shapes, callee, node, context, path)
    if isinstance(callee, (FunctionValue, ClassValue)):
        return _followed(shapes, callee, node, context, path) if isinstance(callee, FunctionValue) else None
    if isinstance(callee, Opaque) and isinstance(node.func, Attr):
        entered = shapes.evaluator.entered(callee, node, context)
        if entered is not None:
            return _followed(shapes, callee, node, context, path)
        return operation(Operation(shapes, node, context, node.func.name, node.func.base, node.args), path)
    return None


def _followed(
    shapes: Shapes, callee: object, node: Call, context: Context | None, path: tuple[int, ...]
) -> Shape | None:
    """Into a function or a forward of the project."""
    evaluator = shapes.evaluator
    frame = evaluator.entered(callee, node, context)  # type: ignore[arg-type]
    if frame is None or len(frame.function.returns) > 4:
        return None
    found: list[Shape] = []
    for item in frame.function.returns:
        if item.yielded:
            return None
        if not evaluator.feasible(item.guards, frame):
            continue
        found.append(shapes.shape(item.value, frame, path))
    if found and all(shape.dims == found[0].dims for shape in found):
        return found[0]
    return None


# ------------------------------------------------------------------ several tensors in one value


def is_several(shapes: Shapes, node: Node, context: Context | None) -> bool:
    """Whether a value is a tuple or list of tensors, so that an index takes one and leaves its shape alone."""
    while isinstance(node, Loop) and node.next is node:
        node = node.init
    if isinstance(node, (Display, Comprehension)):
        return True
    if isinstance(node, Choice):
        return is_several(shapes, node.yes, context) or is_several(shapes, node.no, context)
    if isinstance(node, Param):
        bound = shapes.argument(node, context)
        return is_several(shapes, *bound) if bound is not None else False
    if isinstance(node, Part):
        base: Node = node.base
        while isinstance(base, Part):
            base = base.base
        if isinstance(base, Call):
            return _recurrent(shapes, base, context) == "LSTM" and isinstance(node.base, Call) and node.index in (1, -1)
        return False
    if not isinstance(node, Call):
        return False
    for callee in shapes.evaluator.values(node.func, context):
        if isinstance(callee, External):
            if callee.name.startswith("torch.") and callee.last in known.PAIRED:
                return node.keyword("dim") is not None or len(node.args) > 1
            return callee.last in _SEVERAL
        if isinstance(callee, Instance):
            return (
                callee.last in known.RECURRENT
                or callee.last in ("MultiheadAttention", "LSTMCell")
                or (callee.cls is not None and _returns_several(shapes, callee, node, context))
            )
        if isinstance(callee, FunctionValue):
            return _returns_several(shapes, callee, node, context)
        if isinstance(callee, Opaque) and isinstance(node.func, Attr):
            if node.func.name in known.PAIRED:
                return bool(node.args or node.keyword("dim") is not None)
            return node.func.name in _SEVERAL
    return False


_SEVERAL = frozenset(
    {
        "chunk", "split", "unbind", "tensor_split", "topk", "sort", "pad_packed_sequence", "max_pool1d_with_indices",
        "multi_head_attention_forward", "meshgrid", "broadcast_tensors", "array_split", "vsplit", "hsplit",
    }
)  # fmt: skip


def _recurrent(shapes: Shapes, node: Call, context: Context | None) -> str:
    for callee in shapes.evaluator.values(node.func, context):
        if isinstance(callee, Instance) and callee.cls is None:
            return callee.last
    return ""


def _returns_several(shapes: Shapes, callee: object, node: Call, context: Context | None) -> bool:
    frame = shapes.evaluator.entered(callee, node, context)  # type: ignore[arg-type]
    if frame is None:
        return False
    if frame.depth > 8:
        return False
    return any(is_several(shapes, item.value, frame) for item in frame.function.returns)


# --------------------------------------------------------------------------------- operations


def operation(op: Operation, path: tuple[int, ...]) -> Shape | None:
    """The shape of the result of a tensor function; None if it is not known."""
    name = op.name
    if name in _MULTI:
        return _MULTI[name](op, path)
    if name in known.PAIRED and path:
        path = path[1:]
    if path:
        return None
    if name in known.SAME or name.endswith("_like"):
        return op.shape if op.tensor is not None else None
    handler = _OPERATIONS.get(name)
    if handler is not None:
        return handler(op) if op.tensor is not None or name in known.CONSTRUCTORS else None
    if name in known.BROADCAST or (name.endswith("_") and name[:-1] in known.BROADCAST):
        other = op.argument(0, "other")
        if op.tensor is None or other is None:
            return None
        shape = op.shape
        if name.endswith("_"):
            return shape
        return op.shapes.broadcast(op.node, op.context, shape, op.shapes.shape(other, op.context))
    if name in known.REDUCTIONS:
        return _reduced(op)
    return None


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
    if sizes is None:
        return None
    return regroup(op.shapes, op.shape, sizes, op.node, op.context).result


def _view_as(op: Operation) -> Shape | None:
    other = op.argument(0, "other")
    if other is None:
        return None
    shape = op.shapes.shape(other, op.context)
    return replace(shape, story=(), batch=None)


def _expand(op: Operation) -> Shape | None:
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
    axes = []
    for i, size in enumerate(sizes):
        axis = shape.front[i - offset] if i >= offset else ()
        axes.append(axis if axis or size.constant in (-1, 1) else (size,))
    return shape.with_front(axes)


def _repeat(op: Operation) -> Shape | None:
    if op.node.keyword("axis") is not None:
        return None  # NumPy's repeats the elements of one dimension
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
    axes = []
    for i, size in enumerate(sizes):
        axis = shape.front[i - offset] if i >= offset else ()
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


def _pieces(op: Operation) -> list[Bound] | None:
    """The tensors of a `cat` or `stack`."""
    if op.tensor is None:
        tensors = op.node.keyword("tensors") or op.node.keyword("arrays")
        if tensors is None:
            return None
    else:
        tensors = op.tensor
    while isinstance(tensors, Loop) and tensors.next is tensors:
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
    for piece in pieces:
        shape = op.shapes.with_rank(op.shapes.shape(*piece))
        bare = shape.hole is not None and not shape.front and not shape.back
        if bare and piece is not pieces[0]:
            continue
        # the result is longer than its pieces in this dimension, and as they are in the others
        return op.shapes.replaced(shape, index, op.fresh(index, padded=True))
    return None


def _stack(op: Operation) -> Shape | None:
    index = op.integer(0, "dim", "axis", default=0)
    tensors = op.tensor
    if index is None or tensors is None:
        return None
    while isinstance(tensors, Loop) and tensors.next is tensors:
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
    if len(inputs) != len(op.args):
        return None
    axes: dict[str, tuple[Size, ...]] = {}
    for letters, arg in zip(inputs, op.args, strict=True):
        shape = op.shapes.closed(op.shapes.shape(arg, op.context), len(letters))
        if shape is None:
            return None
        for letter, axis in zip(letters, shape.front, strict=True):
            axes.setdefault(letter, axis)
    from torchlint.semantics.shapes import Shape

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


def _reduced(op: Operation) -> Shape | None:
    from torchlint.semantics.shapes import Shape

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


def _gather(op: Operation) -> Shape | None:
    return _view_as(Operation(op.shapes, op.node, op.context, op.name, op.tensor, op.args[1:]))


def _constructor(op: Operation) -> Shape | None:
    from torchlint.semantics.shapes import Shape

    args = op.args if op.name.startswith("new_") or op.tensor is None else (op.tensor, *op.args)
    if op.name in ("full", "new_full"):
        args = args[:1]
    sizes = target_sizes(Operation(op.shapes, op.node, op.context, op.name, None, args))
    if sizes is None or any(size.constant is not None and size.constant < 1 for size in sizes):
        return None
    return Shape(tuple(() if size.constant == 1 else (size,) for size in sizes), blank=True)


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


def _linear(op: Operation) -> Shape | None:
    return op.shapes.replaced(op.shape, -1, op.fresh(-1))


def _embedding(op: Operation) -> Shape | None:
    weight = op.argument(0, "weight")
    if weight is None:
        return None
    axis = op.shapes.axis(op.shapes.shape(weight, op.context), 1)
    return op.shapes.inserted(op.shape, -1, axis) if axis is not None else None


def _one_hot(op: Operation) -> Shape | None:
    classes = op.argument(0, "num_classes")
    axis = (op.shapes.size(classes, op.context),) if classes is not None else op.fresh(-1)
    return op.shapes.inserted(op.shape, -1, axis)


def _convolved(op: Operation) -> Shape | None:
    count = known.FUNCTIONAL_CONVOLUTIONS[op.name]
    shape = op.shapes.closed(op.shape, count + 2)
    if shape is None:
        return None
    return shape.with_front((shape.front[0], op.fresh(1), *(op.fresh(2 + i, certain=False) for i in range(count))))


def _pooled(op: Operation) -> Shape | None:
    count = known.FUNCTIONAL_POOLS[op.name]
    shape = op.shapes.with_rank(op.shape)
    if shape.hole is not None:
        shape = op.shapes.closed(shape, count + 2) or shape
    if shape.hole is not None or len(shape.front) < count:
        return None
    lead = shape.front[:-count]
    space: list[tuple[Size, ...]] = [op.fresh(len(lead) + i, certain=False) for i in range(count)]
    if op.name.startswith("adaptive"):
        space = _fixed_space(op.shapes, op.argument(0, "output_size"), op.context, space)
    return shape.with_front((*lead, *space))


def _fixed_space(
    shapes: Shapes, output: Node | None, context: Context | None, space: list[tuple[Size, ...]]
) -> list[tuple[Size, ...]]:
    """The spatial sizes that an adaptive pool is told to give."""
    if output is None:
        return space
    sizes = shapes.sequence(output, context)
    if sizes is None:
        value = shapes.evaluator.constant(output, context)
        if type(value) is not int:
            return space
        sizes = [number(value)] * len(space)
    if len(sizes) != len(space):
        return space
    return [() if size.constant == 1 else (size,) for size in sizes]


def _resized(op: Operation) -> Shape | None:
    shape = op.shapes.opened(op.shapes.with_rank(op.shape), front=2)
    if shape.hole is not None or len(shape.front) < 3:
        return None
    return shape.with_front((*shape.front[:2], *(op.fresh(i, certain=False) for i in range(2, len(shape.front)))))


def _attention(op: Operation) -> Shape | None:
    value = op.argument(1, "value")
    if value is None:
        return None
    query = op.shapes.with_rank(op.shape)
    axis = op.shapes.axis(op.shapes.with_rank(op.shapes.shape(value, op.context)), -1)
    return op.shapes.replaced(query, -1, axis) if axis is not None else None


def _pack(op: Operation) -> Shape | None:
    """A packed sequence, told as (batch, time, ...)."""
    first = op.constant(1, "batch_first", default=False)
    shape = op.shapes.opened(op.shape, front=2)
    if type(first) is not bool or (shape.hole is None and len(shape.front) < 2):
        return None
    if not first:
        shape = shape.with_front((shape.front[1], shape.front[0], *shape.front[2:]))
    return replace(shape, packed=True)


def _unpack(op: Operation, path: tuple[int, ...]) -> Shape | None:
    if path != (0,):
        return None
    first = op.constant(0, "batch_first", default=False)
    shape = op.shapes.opened(op.shape, front=2)
    if type(first) is not bool or not shape.packed:
        return None
    batch, *rest = shape.front
    time = op.fresh(1)
    axes = (batch, time, *rest[1:]) if first else (time, batch, *rest[1:])
    return replace(shape.with_front(axes), packed=False)


def _index_select(op: Operation) -> Shape | None:
    index = op.integer(0, "dim")
    return op.shapes.replaced(op.shape, index, op.fresh(index)) if index is not None else None


def _image(op: Operation) -> Shape | None:
    """What OpenCV reads: (height, width, 3), unless it is told otherwise."""
    from torchlint.semantics.shapes import Shape

    if op.argument(0, "flags") is not None:
        return None
    return Shape((op.fresh(0), op.fresh(1), (number(3),)))


def _scaled(op: Operation) -> Shape | None:
    """`cv2.resize` takes (width, height)."""
    goal = op.argument(0, "dsize")
    sizes = op.shapes.sequence(goal, op.context) if goal is not None else None
    shape = op.shapes.with_rank(op.shape)
    if sizes is None or len(sizes) != 2 or shape.rank not in (2, 3):
        return None
    return shape.with_front(((sizes[1],), (sizes[0],), *shape.front[2:]))


def _recoloured(op: Operation) -> Shape | None:
    code = op.argument(0, "code")
    values = op.shapes.evaluator.values(code, op.context) if code is not None else ()
    names = [value.last for value in values if isinstance(value, External)]
    return op.shape if names in (["COLOR_BGR2RGB"], ["COLOR_RGB2BGR"]) else None


_OPERATIONS: dict[str, Callable[[Operation], Shape | None]] = {
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
    "view_as": _view_as,
    "reshape_as": _view_as,
    "expand_as": _view_as,
    "expand": _expand,
    "repeat": _repeat,
    "tile": _repeat,
    "repeat_interleave": _repeat_interleave,
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
    "gather": _gather,
    "index_select": _index_select,
    "where": _where,
    "pad": _pad,
    "linear": _linear,
    "embedding": _embedding,
    "one_hot": _one_hot,
    "interpolate": _resized,
    "upsample": _resized,
    "scaled_dot_product_attention": _attention,
    "pack_padded_sequence": _pack,
    "imread": _image,
    "resize": _scaled,
    "cvtColor": _recoloured,
    **dict.fromkeys(known.CONSTRUCTORS, _constructor),
    **dict.fromkeys(known.FUNCTIONAL_CONVOLUTIONS, _convolved),
    **dict.fromkeys(known.FUNCTIONAL_POOLS, _pooled),
}

_MULTI: dict[str, Callable[[Operation, tuple[int, ...]], Shape | None]] = {
    "chunk": _chunk,
    "split": _split,
    "unbind": _unbind,
    "topk": _topk,
    "sort": _sort,
    "pad_packed_sequence": _unpack,
}


# ------------------------------------------------------------------------------------- layers


def layer_node(shapes: Shapes, instance: Instance, name: str) -> Bound | None:
    """What a layer was given for a parameter of its constructor."""
    origin = instance
    while origin.copied is not None:
        origin = origin.copied
    if origin.call is None:
        return None
    arguments = shapes.evaluator.arguments(origin.call, origin.context)
    found = arguments.keywords.get(name)
    if found is not None:
        return found
    signature = known.SIGNATURES.get(origin.last, ())
    if name in signature and signature.index(name) < len(arguments.positional):
        return arguments.positional[signature.index(name)]
    return None


def layer_argument(shapes: Shapes, instance: Instance, name: str) -> Size | None:
    found = layer_node(shapes, instance, name)
    return shapes.size(*found) if found is not None else None


def _known_class(instance: Instance) -> bool:
    return instance.name.startswith("torch.") or "." not in instance.name or ".nn." in instance.name


def layer(
    shapes: Shapes, instance: Instance, shape: Shape, node: Call, context: Context | None, path: tuple[int, ...]
) -> Shape | None:
    """What a layer of torch makes of `shape`."""
    if not _known_class(instance):
        return None
    name = instance.last
    if name in known.RECURRENT:
        return _recur(shapes, instance, shape, node, context, path)
    if name == "MultiheadAttention":
        return shape if path == (0,) else None
    if path:
        return None
    shape = shapes.with_rank(shape)
    if name in known.SAME_LAYERS:
        return shape
    if name in ("Linear", "LazyLinear"):
        size = layer_argument(shapes, instance, "out_features")
        axis = (size,) if size is not None and size.constant != 1 else () if size is not None else None
        return shapes.replaced(shape, -1, axis if axis is not None else shapes.fresh(node, context, -1))
    if name == "Embedding":
        size = layer_argument(shapes, instance, "embedding_dim")
        found = shapes.inserted(shape, -1, (size,)) if size is not None else None
        return found.told(node.function.module.site(node), "the Embedding adds its dimension last") if found else None
    if name in known.CONVOLUTIONS:
        return _convolve(shapes, instance, shape, node, context)
    if name in known.POOLS:
        return _pool(shapes, instance, shape, node, context)
    if name == "Flatten":
        ends = [_integer(shapes, instance, key, default) for key, default in (("start_dim", 1), ("end_dim", -1))]
        return flattened(shapes, shape, *ends)
    if name == "Sequential":
        children = shapes.evaluator.children(instance)
        result: Shape | None = shape
        for child in children if children is not None else ():
            values = shapes.evaluator.values(*child)
            if len(values) != 1 or not isinstance(values[0], Instance) or values[0].cls is not None or result is None:
                return None
            result = layer(shapes, values[0], result, node, context, ())
        return result if children else None
    return None


def _integer(shapes: Shapes, instance: Instance, name: str, default: int) -> int | None:
    found = layer_node(shapes, instance, name)
    if found is None:
        return default
    value = shapes.evaluator.constant(*found)
    return value if type(value) is int else None


def _convolve(shapes: Shapes, instance: Instance, shape: Shape, node: Call, context: Context | None) -> Shape | None:
    count = known.CONVOLUTIONS[instance.last]
    closed = shapes.closed(shape, count + 2)
    if closed is None:
        return None
    channels = layer_argument(shapes, instance, "out_channels")
    middle = shapes.fresh(node, context, 1) if channels is None else () if channels.constant == 1 else (channels,)
    space = closed.front[2:]
    if not _keeps_space(shapes, instance):
        space = tuple(shapes.fresh(node, context, 2 + i, certain=False) for i in range(count))
    site = node.function.module.site(node)
    return closed.with_front((closed.front[0], middle, *space)).told(
        site, f"{instance.last} gives (batch, channels, {_SPACE[count]})"
    )


_SPACE = {1: "length", 2: "height, width", 3: "depth, height, width"}


def _keeps_space(shapes: Shapes, instance: Instance) -> bool:
    if "Transpose" in instance.last:
        return False
    values = {}
    for name, default in (("kernel_size", None), ("stride", 1), ("padding", 0), ("dilation", 1)):
        found = layer_node(shapes, instance, name)
        values[name] = default if found is None else shapes.evaluator.constant(*found)
    if values["padding"] == "same":
        return True
    kernel, padding = values["kernel_size"], values["padding"]
    if type(kernel) is not int or type(padding) is not int:
        return False
    return values["stride"] == 1 and values["dilation"] == 1 and 2 * padding == kernel - 1


def _pool(shapes: Shapes, instance: Instance, shape: Shape, node: Call, context: Context | None) -> Shape | None:
    count = known.POOLS[instance.last]
    if count < 0:
        if shape.rank is None or shape.rank < 3:
            return None
        count = shape.rank - 2
    closed = shape if shape.hole is None else shapes.closed(shape, count + 2)
    if closed is None or len(closed.front) < count:
        return None
    lead = closed.front[:-count]
    space: list[tuple[Size, ...]] = [shapes.fresh(node, context, len(lead) + i, certain=False) for i in range(count)]
    if instance.last.startswith("Adaptive"):
        found = layer_node(shapes, instance, "output_size")
        if found is not None:
            space = _fixed_space(shapes, found[0], found[1], space)
    return closed.with_front((*lead, *space))


def _recur(
    shapes: Shapes, instance: Instance, shape: Shape, node: Call, context: Context | None, path: tuple[int, ...]
) -> Shape | None:
    """The output of an RNN, or its final states: (layers * directions, batch, hidden) in either layout."""
    hidden = layer_argument(shapes, instance, "hidden_size")
    if hidden is None or layer_node(shapes, instance, "proj_size") is not None:
        return None
    directions = _directions(shapes, instance)
    first = layer_node(shapes, instance, "batch_first")
    batch_first: object = False if first is None else shapes.evaluator.constant(*first)
    if first is not None and batch_first is None:
        batch_first = shapes.decided(*first)
    closed = shapes.closed(shape, 3)
    if closed is None:
        return None
    shape = closed
    if shape.packed:
        batch: tuple[Size, ...] = shape.front[0]
    elif type(batch_first) is bool:
        batch = shape.front[0 if batch_first else 1]
    else:
        batch = shapes.fresh(node, context, 1)
    site = node.function.module.site(node)
    if path == (0,):
        if directions is None or not (shape.packed or type(batch_first) is bool):
            return None
        wide = (directions, hidden) if directions.constant != 1 else (hidden,)
        axes = (*shape.front[:2], wide)
        layout = "batch, time" if shape.packed or batch_first else "time, batch"
        return replace(shape, front=axes, hole=None, back=(), batch=product(batch)).told(
            site, f"the output of {instance.last} is ({layout}, features)"
        )
    if path not in (((1, 0), (1, 1)) if instance.last == "LSTM" else ((1,),)):
        return None
    count = layer_argument(shapes, instance, "num_layers") or number(1)
    if directions is None:
        return None
    layers = tuple(size for size in (count, directions) if size.constant != 1)
    result = replace(
        shape,
        front=(layers, batch, (hidden,)),
        hole=None,
        back=(),
        batch=product(batch),
        packed=False,
        story=(),
    )
    return result.told(
        site, f"the final states of {instance.last} are (layers * directions, batch, hidden), also with batch_first"
    )


def _directions(shapes: Shapes, instance: Instance) -> Size | None:
    found = layer_node(shapes, instance, "bidirectional")
    if found is None:
        return number(1)
    value = shapes.evaluator.constant(*found)
    if isinstance(value, (bool, int)):
        return number(2 if value else 1)
    decided = shapes.decided(*found)
    if decided is not None:
        return number(2 if decided else 1)
    shapes.ask(*found)
    return None
