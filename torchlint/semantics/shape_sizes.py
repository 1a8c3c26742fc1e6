"""Sizes: what a number in a program is, as a product of symbols."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import replace
from typing import TYPE_CHECKING

from torchlint.semantics import shape_layers
from torchlint.semantics.nodes import (
    Attr,
    Binary,
    Call,
    Choice,
    Const,
    Display,
    Free,
    Imported,
    Item,
    Loop,
    Node,
    Param,
    Part,
    Slice,
    Starred,
)
from torchlint.semantics.shape import Axis, Shape
from torchlint.semantics.shape_names import ShapeNames
from torchlint.semantics.sizes import Size, Sizes, number, product
from torchlint.semantics.values import Context, External, Instance

if TYPE_CHECKING:
    from torchlint.semantics.evaluate import Evaluator
    from torchlint.semantics.values import Bound

#: Nodes that are looked at for one view.
BUDGET = 1500


class ShapeSizes(ShapeNames):
    """The part of `Shapes` that knows of sizes."""

    _SIGNS = {"Add": "+", "Subtract": "-", "Modulo": "%", "Power": "**", "LeftShift": "<<", "RightShift": ">>"}

    def __init__(self, evaluator: Evaluator) -> None:
        super().__init__(evaluator)
        self.sizes = Sizes()
        self._size_memo: dict[tuple[int, Context | None], tuple[Size, dict[Hashable, None]]] = {}
        self._active: set[tuple[object, ...]] = set()
        self._steps = 0
        self._ranks: dict[Hashable, int | None] = {}
        #: numbers that are given a name before they are used
        self._named_numbers: dict[int, str] = {}

    def shape(self, node: Node, context: Context | None, path: tuple[int, ...] = ()) -> Shape:
        raise NotImplementedError

    # ------------------------------------------------------------ dimensions

    def opened(self, shape: Shape, front: int = 0, back: int = 0) -> Shape:
        """The shape with at least so many dimensions named before, or behind, its hole."""
        hole = shape.hole
        if hole is None:
            return shape
        head, tail = shape.front, shape.back
        while len(head) < front:
            head = (*head, (self.sizes.dimension(hole.base, hole.start, hole.name),))
            hole = replace(hole, start=hole.start + 1)
        while len(tail) < back:
            hole = replace(hole, stop=hole.stop - 1)
            tail = ((self.sizes.dimension(hole.base, hole.stop, hole.name),), *tail)
        return replace(shape, front=head, hole=hole, back=tail)

    def closed(self, shape: Shape, rank: int) -> Shape | None:
        """The shape if it has `rank` dimensions, None if it can't."""
        if shape.hole is None:
            return shape if len(shape.front) == rank else None
        missing = rank - len(shape.front) - len(shape.back)
        if missing < 0:
            return None
        full = self.opened(shape, front=len(shape.front) + missing)
        return replace(full, front=(*full.front, *full.back), hole=None, back=())

    def with_rank(self, shape: Shape) -> Shape:
        """The shape without its hole, where the rank of what the hole stands for is known."""
        hole = shape.hole
        rank = self._ranks.get(hole.base) if hole is not None else None
        if hole is None or rank is None:
            return shape
        missing = rank + hole.stop - hole.start
        return self.closed(shape, len(shape.front) + len(shape.back) + missing) or shape if missing >= 0 else shape

    def axis(self, shape: Shape, index: int) -> Axis | None:
        """Dimension `index`, also counted from the end; None if it is not known which that is."""
        if shape.hole is None:
            return shape.front[index] if -len(shape.front) <= index < len(shape.front) else None
        if index >= 0:
            return None if self._vague(shape, index) else self.opened(shape, front=index + 1).front[index]
        return self.opened(shape, back=-index).back[index]

    def _vague(self, shape: Shape, index: int) -> bool:
        """Whether dimension `index` may be one behind the hole."""
        return shape.hole is not None and bool(shape.back) and index >= max(len(shape.front), 1)

    # ----------------------------------------------------------------- sizes

    def size(self, node: Node, context: Context | None) -> Size:
        """The size that an expression stands for."""
        key = (id(node), context)
        found = self._size_memo.get(key)
        if found is not None:
            self.open.update(found[1])
            return found[0]
        self._steps += 1
        active = ("size", *key)
        if active in self._active or self._steps > BUDGET or len(self._active) > 90:
            return self._opaque(node, context)
        self._active.add(active)
        outer, self.open = self.open, {}
        try:
            result = self._size(node, context)
        finally:
            self._active.discard(active)
            mine, self.open = self.open, outer
            outer.update(mine)
        self._size_memo[key] = result, mine
        return result

    def _opaque(self, node: Node, context: Context | None) -> Size:
        return self.sizes.named(self.key(node, context), self.name(node, context))

    def _size(self, node: Node, context: Context | None) -> Size:
        if isinstance(node, Const):
            if type(node.value) is not int:
                return self._opaque(node, context)
            name = self._named_numbers.get(id(node))
            if name is None:
                return number(node.value)
            named = self.sizes.named(("const", id(node)), name, node.value)
            named.atoms[0][0].is_number = True
            return named
        if isinstance(node, Loop):
            return self.size(node.init, context) if node.next is None else self._opaque(node, context)
        if isinstance(node, Choice):
            known = self.decided(node.cond, context)
            if known is not None:
                size = self.size(node.yes if known else node.no, context)
                # a 1 stays visible, for it may stand for a dimension of 1
                return self._constant(node, context, 1) if size.constant == 1 else size
            yes, no = self.size(node.yes, context), self.size(node.no, context)
            if yes == no:
                return yes
            self.ask(node.cond, context)
            return self._opaque(node, context)
        if isinstance(node, Param):
            return self._parameter(node, context)
        if isinstance(node, Free):
            found = self.binding(node, context)
            return self._via(found, node, context)
        if isinstance(node, Imported):
            return self._by_value(node, context)
        if isinstance(node, Attr):
            layer = self._layer_attribute(node, context)
            return layer if layer is not None else self._via(self.stored(node, context), node, context)
        if isinstance(node, Part):
            return self._of_sequence(node, node.base, node.index, node.starred and node.index < 0, context)
        if isinstance(node, Item):
            index = self.evaluator.constant(node.index, context)
            if type(index) is int:
                return self._of_sequence(node, node.base, index, False, context)
            return self._opaque(node, context)
        if isinstance(node, Binary):
            return self._arithmetic(node, context)
        if isinstance(node, Call):
            return self._size_call(node, context)
        return self._opaque(node, context)

    def _via(self, found: Bound | None, node: Node, context: Context | None) -> Size:
        """The size behind a name; a constant keeps the name, so that equal numbers are not mixed up."""
        if found is None:
            return self._by_value(node, context)
        size = self.size(*found)
        if size.constant is None:
            return size
        return self._constant(node, context, size.number)

    def _constant(self, node: Node, context: Context | None, value: int) -> Size:
        if value < 1:
            return number(value)
        key: Hashable
        if isinstance(node, Attr):
            key = ("a", self._owner(node.base, context, 0), node.name)
        elif isinstance(node, Free):
            key = ("g", id(node.scope.module), node.name)
        elif isinstance(node, Param):
            key = ("p", id(node), 0)
        else:
            key = self.key(node, context)
        return self.sizes.named(key, self.name(node, context), value)

    def _by_value(self, node: Node, context: Context | None) -> Size:
        value = self.evaluator.constant(node, context)
        if type(value) is int:
            return self._constant(node, context, value)
        return self._opaque(node, context)

    def _parameter(self, node: Param, context: Context | None) -> Size:
        bound = self.argument(node, context)
        if bound is not None:
            return self._via(bound, node, context)
        default = node.default.value if isinstance(node.default, Const) and type(node.default.value) is int else None
        return self.sizes.named(self.key(node, context), node.name, None, default)

    def _layer_attribute(self, node: Attr, context: Context | None) -> Size | None:
        """`self.lstm.hidden_size` is what the layer was made with."""
        if not isinstance(node.base, (Attr, Free, Call, Param)):
            return None
        for value in self.evaluator.values(node.base, context):
            if isinstance(value, Instance) and value.cls is None:
                return shape_layers.layer_argument(self, value, node.name)
            return None
        return None

    def _of_sequence(self, node: Node, base: Node, index: int, vague: bool, context: Context | None) -> Size:
        if vague:
            return self._opaque(node, context)
        tensor = self.measured(base, context)
        if tensor is not None:
            return self.dimension(tensor, context, index)
        items = self.sequence(base, context)
        if items is not None and -len(items) <= index < len(items):
            return items[index]
        return self._opaque(node, context)

    def dimension(self, tensor: Node, context: Context | None, index: int) -> Size:
        shape = self.with_rank(self.shape(tensor, context))
        if self._vague(shape, index):
            axis: Axis | None = self.opened(shape, front=index + 1).front[index]
        else:
            axis = self.axis(shape, index)
        if axis is None:  # the shape is not what we think
            return self.sizes.dimension((self.key(tensor, context), ()), index, self.name(tensor, context))
        return product(axis)

    def measured(self, node: Node, context: Context | None) -> Node | None:
        """The tensor `x` if `node` is `x.shape`, `x.size()` or `np.shape(x)`."""
        while isinstance(node, Loop) and node.next is None:
            node = node.init
        if isinstance(node, Attr) and node.name == "shape":
            return node.base
        if isinstance(node, Call):
            if isinstance(node.func, Attr) and node.func.name == "size" and not node.args and not node.keywords:
                return node.func.base
            if isinstance(node.func, Free) and node.func.name in ("list", "tuple") and len(node.args) == 1:
                return self.measured(node.args[0], context)
            if isinstance(node.func, (Attr, Imported)) and node.func.name == "shape" and len(node.args) == 1:
                values = self.evaluator.values(node.func, context)
                return (
                    node.args[0] if any(isinstance(v, External) and v.name == "numpy.shape" for v in values) else None
                )
        return None

    def sequence(self, node: Node, context: Context | None, depth: int = 0) -> list[Size] | None:
        """The sizes of a tuple such as `(b, *x.shape[1:])` or `x.size()[:-1] + (h, d)`; None if not all are known."""
        while isinstance(node, Loop) and node.next is None:
            node = node.init
        if depth > 8:
            return None
        tensor = self.measured(node, context)
        if tensor is not None:
            shape = self.with_rank(self.shape(tensor, context))
            return [product(axis) for axis in shape.front] if shape.hole is None else None
        if isinstance(node, Display):
            sizes: list[Size] = []
            for item in node.items:
                if isinstance(item, Starred):
                    inner = self.sequence(item.base, context, depth + 1)
                    if inner is None:
                        return None
                    sizes += inner
                else:
                    sizes.append(self.size(item, context))
            return sizes
        if isinstance(node, Item) and isinstance(node.index, Slice):
            whole = self.sequence(node.base, context, depth + 1)
            bounds: list[int | None] = []
            for part in (node.index.lower, node.index.upper, node.index.step):
                value = self.evaluator.constant(part, context)
                if part is not None and type(value) is not int:
                    return None
                bounds.append(value if isinstance(value, int) else None)
            return self._open_slice(node, bounds, context) if whole is None else whole[slice(*bounds)]
        if isinstance(node, Binary) and node.op == "Add":
            left = self.sequence(node.left, context, depth + 1)
            right = self.sequence(node.right, context, depth + 1)
            return None if left is None or right is None else left + right
        if isinstance(node, Call) and len(node.args) == 1 and not node.keywords:
            last = node.func.name if isinstance(node.func, (Attr, Free)) else ""
            if last in ("list", "tuple", "Size"):
                return self.sequence(node.args[0], context, depth + 1)
        if isinstance(node, Param):
            bound = self.argument(node, context)
            return self.sequence(*bound, depth + 1) if bound is not None else None
        if isinstance(node, Attr):
            found = self.stored(node, context)
            return self.sequence(*found, depth + 1) if found is not None else None
        return None

    def _open_slice(self, node: Item, bounds: list[int | None], context: Context | None) -> list[Size] | None:
        """`x.shape[:2]` or `x.shape[-2:]` of a tensor whose rank is not known."""
        tensor = self.measured(node.base, context)
        lower, upper, step = bounds
        if tensor is None or step is not None:
            return None
        lower = 0 if lower is None else lower
        if upper is not None and 0 <= lower < upper < 8:
            return [self.dimension(tensor, context, i) for i in range(lower, upper)]
        if -8 < lower < 0 and (upper is None or lower < upper < 0):
            return [self.dimension(tensor, context, i) for i in range(lower, upper or 0)]
        return None

    def _arithmetic(self, node: Binary, context: Context | None) -> Size:
        left, right = self.size(node.left, context), self.size(node.right, context)
        if node.op == "Multiply":
            return product((left, right))
        if node.op in ("FloorDivide", "Divide"):
            return self.sizes.quotient(left, right)
        if left.constant is not None and right.constant is not None:
            if node.op == "Add":
                return number(left.number + right.number)
            if node.op == "Subtract":
                return number(left.number - right.number)
        if node.op == "Power" and right.constant in (1, 2, 3):
            return product([left] * right.number)
        if node.op in self._SIGNS:
            return self.sizes.combined(node.op, self._SIGNS[node.op], left, right)
        return self._opaque(node, context)

    def _size_call(self, node: Call, context: Context | None) -> Size:
        func = node.func
        if isinstance(func, Attr) and func.name == "size":
            index = node.args[0] if node.args else node.keyword("dim")
            value = self.evaluator.constant(index, context)
            if type(value) is int:
                return self.dimension(func.base, context, value)
            return self._opaque(node, context)
        if isinstance(func, Free) and len(node.args) == 1:
            if func.name in ("int", "round", "float"):
                return self.size(node.args[0], context)
            if func.name == "len":
                return self.dimension(node.args[0], context, 0)
        if isinstance(func, Attr) and func.name in ("floor", "item") and len(node.args) < 2:
            return self.size(node.args[0] if node.args else func.base, context)
        return self._by_value(node, context)
