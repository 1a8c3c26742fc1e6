"""Shapes of tensors: lists of dimensions in row-major order, each a list of sizes that it was merged from.

`Shapes.shape(node, context)` walks the value graph backwards, on demand, as the evaluator does. A tensor of unknown
origin has dimensions of its own, as many as somebody asks for; the others stay in a *hole*.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import replace
from typing import TYPE_CHECKING

from torchlint.semantics import shape_calls, shape_products
from torchlint.semantics.functions import Function
from torchlint.semantics.nodes import (
    Attr,
    Binary,
    Boolean,
    Call,
    Choice,
    Compare,
    Comprehension,
    Const,
    Display,
    Element,
    Free,
    Item,
    Join,
    Loop,
    Node,
    Param,
    Part,
    Slice,
    Starred,
    Unary,
    Update,
)
from torchlint.semantics.shape import Axis, Hole, Shape
from torchlint.semantics.shape_ranks import ShapeRanks
from torchlint.semantics.shape_sizes import BUDGET
from torchlint.semantics.sizes import number
from torchlint.semantics.values import Constant, Container, Context, External

if TYPE_CHECKING:
    from torchlint.semantics.evaluate import Evaluator
    from torchlint.semantics.views import WrongView

#: Frames on top of each other.
MAX_DEPTH = 9


class Shapes(ShapeRanks):
    """Answers `shape` and `size`; one per evaluator."""

    def __init__(self, evaluator: Evaluator) -> None:
        super().__init__(evaluator)
        self._memo: dict[tuple[int, Context | None, tuple[int, ...]], tuple[Shape, dict[Hashable, None]]] = {}
        self._reshaped: dict[int, set[int]] = {}
        #: answers of `views.wrong_views`, by module
        self.wrong_views: dict[int, list[WrongView]] = {}

    def forget(self) -> None:
        self.sizes.clear()
        self._ranks.clear()
        self._unpacked.clear()
        self._named_numbers.clear()
        self._learnt.clear()
        self._reshaped.clear()
        self.wrong_views.clear()
        self.world = {}
        self._clear()

    def _clear(self) -> None:
        self._memo.clear()
        self._size_memo.clear()

    def begin(self, world: dict[Hashable, bool]) -> None:
        """Start a question in which the conditions of `world` hold or don't."""
        if world != self.world:
            self._clear()
        self.world, self.open = world, {}
        self._steps = 0

    def shape(self, node: Node, context: Context | None, path: tuple[int, ...] = ()) -> Shape:
        """The shape of `node`, or of its element `path` if it is a tuple of tensors."""
        key = (id(node), context, path)
        found = self._memo.get(key)
        if found is not None:
            self.open.update(found[1])
            return found[0]
        self._steps += 1
        if key in self._active:
            return self.unknown(node, context, path)
        if self._steps > BUDGET or len(self._active) > 90 or (context is not None and context.depth > MAX_DEPTH):
            return self.unknown(node, context, path)
        self._active.add(key)
        outer, self.open = self.open, {}
        try:
            result = self._shape(node, context, path)
        finally:
            self._active.discard(key)
            mine, self.open = self.open, outer
            outer.update(mine)
        self._memo[key] = result, mine
        return result

    def unknown(self, node: Node, context: Context | None, path: tuple[int, ...] = ()) -> Shape:
        """A tensor of which nothing is known but that its dimensions are its own."""
        base = (self.key(node, context), path)
        name = self.name(node, context)
        rank = self._ranks.get(base)
        if rank is None:
            return Shape((), Hole(base, name))
        return Shape(tuple((self.sizes.dimension(base, i, name),) for i in range(rank)))

    def fresh(
        self, node: Node, context: Context | None, index: int, padded: bool = False, certain: bool = True
    ) -> Axis:
        """A dimension of the result of an operation; if it is not certain, it may well be 1."""
        size = self.sizes.dimension((self.key(node, context), ()), index, self.name(node, context))
        size.atoms[0][0].derived = certain
        if padded:
            size.atoms[0][0].padded = True
        return (size,)

    def replaced(self, shape: Shape, index: int, axis: Axis | None) -> Shape | None:
        """The shape with another dimension `index`, or without it (None)."""
        new = () if axis is None else (axis,)
        if self._vague(shape, index):
            return None
        if index >= 0 or shape.hole is None:
            shape = self.opened(shape, front=index + 1)
            place = index if index >= 0 else len(shape.front) + index
            if not 0 <= place < len(shape.front):
                return None
            return replace(shape, front=(*shape.front[:place], *new, *shape.front[place + 1 :]))
        shape = self.opened(shape, back=-index)
        place = len(shape.back) + index
        return replace(shape, back=(*shape.back[:place], *new, *shape.back[place + 1 :]))

    def inserted(self, shape: Shape, index: int, axis: Axis) -> Shape | None:
        if index > 1 and self._vague(shape, index - 1):
            return None
        if index >= 0 or shape.hole is None:
            shape = self.opened(shape, front=max(index, 0))
            place = index if index >= 0 else len(shape.front) + 1 + index
            return replace(shape, front=(*shape.front[:place], axis, *shape.front[place:]))
        shape = self.opened(shape, back=-index - 1)
        place = len(shape.back) + 1 + index
        return replace(shape, back=(*shape.back[:place], axis, *shape.back[place:]))

    def _shape(self, node: Node, context: Context | None, path: tuple[int, ...]) -> Shape:
        if isinstance(node, Loop):
            if node.next is None:
                return self.shape(node.init, context, path)
            return self._either(node, [(node.init, context), (node.next, context)], context, path)
        if isinstance(node, Choice):
            known = self.decided(node.cond, context)
            if known is not None:
                return self.shape(node.yes if known else node.no, context, path)
            yes, no = self.shape(node.yes, context, path), self.shape(node.no, context, path)
            if yes.dims == no.dims:
                return yes
            self.ask(node.cond, context)
            return self.unknown(node, context, path)
        if isinstance(node, Join):
            return self._either(node, [(option, context) for option in node.options], context, path)
        if isinstance(node, Boolean):
            return self._either(node, [(node.left, context), (node.right, context)], context, path)
        if isinstance(node, Param):
            bound = self.argument(node, context)
            if bound is None:
                return self.unknown(node, context, path)
            return self._received(node, context, path, self.shape(*bound, path))
        if isinstance(node, Free):
            found = self.binding(node, context)
            return self.shape(*found, path) if found is not None else self.unknown(node, context, path)
        if isinstance(node, Part):
            if node.starred and node.index < 0:
                return self.unknown(node, context, path)
            return self._element(node, node.base, node.index, context, path)
        if isinstance(node, Item):
            return self._item(node, context, path)
        if isinstance(node, Element):
            return self._drawn(node, context, path)
        if isinstance(node, Attr):
            return self._attribute(node, context, path)
        if isinstance(node, Call):
            return shape_calls.call(self, node, context, path)
        if isinstance(node, (Binary, Compare)):
            left, right = self.shape(node.left, context), self.shape(node.right, context)
            if node.op == "MatrixMultiply":
                return shape_products.matmul(self, node, context, left, right)
            return self.broadcast(node, context, left, right)
        if isinstance(node, Unary):
            return self.shape(node.operand, context, path)
        if isinstance(node, Update):
            return replace(self.shape(node.base, context, path), blank=False)
        if isinstance(node, Const) and isinstance(node.value, (int, float)):
            return Shape(blank=True)
        if isinstance(node, Comprehension) and path:
            return self.shape(node.element, context, path[1:])
        if isinstance(node, Display) and path:
            items = node.items
            if not any(isinstance(item, Starred) for item in items) and -len(items) <= path[0] < len(items):
                return self.shape(items[path[0]], context, path[1:])
        if isinstance(node, Display) and not path:
            written = _written(node)
            if written:
                return Shape(tuple(() if length == 1 else (number(length),) for length in written))
        return self.unknown(node, context, path)

    def _received(self, node: Param, context: Context | None, path: tuple[int, ...], shape: Shape) -> Shape:
        """A tensor as a function gets it: numbers get names, so that equal ones are not mixed up in there."""
        if shape.hole is not None:
            return replace(shape, blank=False)
        axes: list[Axis] = []
        for i, axis in enumerate(shape.front):
            value = axis[0].constant if len(axis) == 1 else None
            if value is None:
                axes.append(axis)
                continue
            size = self.sizes.named(("size", id(node), path, i), f"{node.name}.size({i})", value)
            size.atoms[0][0].is_number = True
            axes.append((size,))
        return replace(shape, front=tuple(axes), blank=False)

    def _either(
        self, node: Node, options: list[tuple[Node, Context | None]], context: Context | None, path: tuple[int, ...]
    ) -> Shape:
        """One of several values: their shape if they agree."""
        shapes = []
        for option, frame in options:
            if (id(option), frame, path) in self._active:
                continue  # a loop that hands its variable on
            shape = self.shape(option, frame, path)
            if isinstance(node, Loop) and shape.dims == self.unknown(node, context, path).dims:
                continue
            shapes.append(shape)
        if shapes and all(shape.dims == shapes[0].dims for shape in shapes):
            return replace(shapes[0], blank=all(shape.blank for shape in shapes))
        return self.unknown(node, context, path)

    def _element(self, node: Node, base: Node, index: int, context: Context | None, path: tuple[int, ...]) -> Shape:
        """`base[index]` for a constant index: of a tuple of tensors, or of a tensor."""
        if shape_calls.is_several(self, base, context):
            return self.shape(base, context, (index, *path))
        shape = self.shape(base, context, path)
        if shape.hole is not None and shape.hole.start == 0 and not shape.front and not shape.back:
            return self.unknown(node, context, path)
        return self.replaced(shape, 0, None) or self.unknown(node, context, path)

    def _item(self, node: Item, context: Context | None, path: tuple[int, ...]) -> Shape:
        index = self.evaluator.constant(node.index, context)
        if isinstance(index, int) and not isinstance(index, bool):
            return self._element(node, node.base, index, context, path)
        if isinstance(index, str) or path:
            return self.unknown(node, context, path)
        shape = self.shape(node.base, context)
        parts = node.index.items if isinstance(node.index, Display) else (node.index,)
        return self._indexed(node, context, shape, parts) or self.unknown(node, context, path)

    def _indexed(self, node: Item, context: Context | None, shape: Shape, parts: tuple[Node, ...]) -> Shape | None:
        """`x[a, b:c, None, ...]`."""
        kinds: list[object] = []
        for part in parts:
            if isinstance(part, Slice):
                kinds.append(part)
                continue
            values = self.evaluator.values(part, context)
            if len(values) != 1:
                return None
            value = values[0]
            if isinstance(value, External) and value.name == "builtins.Ellipsis":
                kinds.append(...)
            elif isinstance(value, Constant) and (value.value is None or type(value.value) is int):
                kinds.append(value.value)
            elif isinstance(value, Constant) and value.value is Ellipsis:
                kinds.append(...)
            else:
                return None
        if kinds.count(...) > 1:
            return None
        cut = kinds.index(...) if ... in kinds else len(kinds)
        before, after = kinds[:cut], kinds[cut + 1 :]
        place = 0
        result: Shape | None = shape
        for kind in before:
            if result is None:
                return None
            if kind is None:
                result, place = self.inserted(result, place, ()), place + 1
            elif isinstance(kind, Slice):
                result, place = self._sliced(node, context, result, place, kind), place + 1
            else:
                result = self.replaced(result, place, None)
        place = -1
        for kind in reversed(after):
            if result is None:
                return None
            if kind is None:
                result, place = self.inserted(result, place, ()), place - 1
            elif isinstance(kind, Slice):
                result, place = self._sliced(node, context, result, place, kind), place - 1
            else:
                result = self.replaced(result, place, None)
        return result

    def _sliced(self, node: Item, context: Context | None, shape: Shape, index: int, part: Slice) -> Shape | None:
        if part.lower is None and part.upper is None and part.step is None:
            return self.opened(shape, front=index + 1) if index >= 0 else self.opened(shape, back=-index)
        upper = self.evaluator.constant(part.upper, context) if part.upper is not None else None
        lower = self.evaluator.constant(part.lower, context) if part.lower is not None else 0
        if (lower == 0 and upper == 1) or (lower == -1 and part.upper is None):
            return self.replaced(shape, index, ())
        cut = self.axis(shape, index)
        padded = any(atom.padded for size in cut or () for atom, _ in size.atoms)
        return self.replaced(shape, index, self.fresh(node, context, index, padded))

    def _drawn(self, node: Element, context: Context | None, path: tuple[int, ...]) -> Shape:
        """What a loop draws: from a list of tensors, or along the first dimension of a tensor."""
        for value in self.evaluator.values(node.base, context):
            if isinstance(value, Container) and value.keys is None and value.items:
                return self._either(node, list(value.items), context, path)
            return self.unknown(node, context, path)
        return self.unknown(node, context, path)

    def _attribute(self, node: Attr, context: Context | None, path: tuple[int, ...]) -> Shape:
        if node.name in ("data", "real", "imag", "grad", "values", "logits"):
            return self.shape(node.base, context, path)
        if node.name in ("T", "mT", "H", "mH"):
            shape = self.with_rank(self.shape(node.base, context, path))
            if shape.rank == 2 or (shape.rank is not None and node.name in ("mT", "mH") and shape.rank > 1):
                *rest, a, b = shape.front
                return shape.with_front((*rest, b, a))
            return self.unknown(node, context, path)
        found = self.stored(node, context)
        if found is not None:
            return self.shape(*found, path)
        return self.unknown(node, context, path)

    def broadcast(self, node: Node, context: Context | None, left: Shape, right: Shape) -> Shape:
        """The shape of an elementwise operation."""
        result = self._broadcast(node, context, left, right)
        return replace(result, blank=left.blank and right.blank) if result.blank else result

    def _broadcast(self, node: Node, context: Context | None, left: Shape, right: Shape) -> Shape:
        if left.rank == 0 or right.rank == 0:
            return right if left.rank == 0 else left
        if left.dims == right.dims:
            return left
        if left.hole is None and right.hole is None:
            if len(left.front) < len(right.front):
                left, right = right, left
            offset = len(left.front) - len(right.front)
            axes = list(left.front)
            for i, axis in enumerate(right.front):
                mine = axes[offset + i]
                if not mine:
                    axes[offset + i] = axis
            return left.with_front(axes)
        # one is known: the other is expected to fit into it
        for known in (left, right):
            if known.hole is None and len(known.front) > 2 and all(known.front):
                return known
        return self.unknown(node, context)

    def reshaped_in_place(self, function: Function) -> set[int]:
        """The nodes whose shape a method such as `transpose_` changes."""
        known = self._reshaped.get(id(function))
        if known is None:
            from torchlint.semantics.knowledge.tensors import RESHAPING_IN_PLACE

            known = set()
            for call in function.calls:
                if isinstance(call.func, Attr) and call.func.name in RESHAPING_IN_PLACE:
                    known.add(id(call.func.base))
            for store in function.stores:
                if isinstance(store.target, Attr) and store.target.name in ("data", "shape"):
                    known.add(id(store.target.base))
            self._reshaped[id(function)] = known
        return known


def _written(node: Node) -> tuple[int, ...]:
    """The lengths of nested lists of numbers; empty for anything else."""
    if not isinstance(node, Display) or not node.items:
        return ()
    if all(
        isinstance(item, Const) or (isinstance(item, Unary) and isinstance(item.operand, Const)) for item in node.items
    ):
        return (len(node.items),)
    inner = {_written(item) for item in node.items}
    lengths = inner.pop()
    return (len(node.items), *lengths) if lengths and not inner else ()
