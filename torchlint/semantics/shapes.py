"""Shapes of tensors: lists of dimensions in row-major order, each a list of sizes that it was merged from.

`Shapes.shape(node, context)` walks the value graph backwards, on demand, as the evaluator does. A tensor of unknown
origin has dimensions of its own, as many as somebody asks for; the others stay in a *hole*.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from torchlint.semantics import shape_calls, shape_layers, shape_products
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
    Function,
    Guards,
    Imported,
    Item,
    Join,
    Loop,
    Node,
    Param,
    Part,
    Slice,
    Starred,
    Store,
    Unary,
    Update,
)
from torchlint.semantics.sizes import ONE, Atom, Size, Sizes, number, product
from torchlint.semantics.values import ClassValue, Constant, Container, Context, External, Instance, Namespace

if TYPE_CHECKING:
    from torchlint.semantics.evaluate import Evaluator
    from torchlint.semantics.module import Site
    from torchlint.semantics.values import Bound
    from torchlint.semantics.views import WrongView

#: A dimension: the sizes that it was merged from, in order; none for a dimension of 1.
Axis = tuple[Size, ...]

_ORDERS = frozenset({"LessThan", "GreaterThan", "LessThanEqual", "GreaterThanEqual"})

#: Nodes that are looked at for one view.
BUDGET = 1500
#: Frames on top of each other.
MAX_DEPTH = 9


@dataclass(frozen=True)
class Hole:
    """The dimensions from `start` to `stop` (counted from the end, at most 0) of a value known only by its key."""

    base: Hashable
    name: str
    start: int = 0
    stop: int = 0


@dataclass(frozen=True)
class Shape:
    """The dimensions in front of a hole and behind it; without a hole, `front` is all.

    `batch` is the size of the dimension that runs over the samples, where a layer tells. `story` says where the
    shape comes from.
    """

    front: tuple[Axis, ...] = ()
    hole: Hole | None = None
    back: tuple[Axis, ...] = ()
    batch: Size | None = None
    story: tuple[tuple[Site, str], ...] = ()
    #: a packed sequence, whose first two dimensions are (batch, time)
    packed: bool = False
    #: fresh numbers, all equal or random: their order means nothing
    blank: bool = False

    @property
    def rank(self) -> int | None:
        return len(self.front) if self.hole is None else None

    @property
    def dims(self) -> tuple[object, ...]:
        """What makes two shapes the same."""
        return (self.front, self.hole, self.back)

    def with_front(self, axes: Iterable[Axis]) -> Shape:
        return replace(self, front=tuple(axes))

    def told(self, site: Site, text: str) -> Shape:
        return replace(self, story=(*self.story[-2:], (site, text)))


def axis_size(axis: Axis) -> Size:
    return product(axis)


class Shapes:
    """Answers `shape` and `size`; one per evaluator."""

    def __init__(self, evaluator: Evaluator) -> None:
        self.evaluator = evaluator
        self.sizes = Sizes()
        #: conditions that are taken to hold or not, by key; and those that were met and are open
        self.world: dict[Hashable, bool] = {}
        self.open: dict[Hashable, None] = {}
        self._memo: dict[tuple[int, Context | None, tuple[int, ...]], tuple[Shape, dict[Hashable, None]]] = {}
        self._size_memo: dict[tuple[int, Context | None], tuple[Size, dict[Hashable, None]]] = {}
        self._active: set[tuple[object, ...]] = set()
        self._steps = 0
        self._ranks: dict[Hashable, int | None] = {}
        #: values whose sizes are all unpacked into variables
        self._unpacked: set[Hashable] = set()
        #: numbers that are given a name before they are used
        self._named_numbers: dict[int, str] = {}
        self._learnt: set[tuple[int, Context | None]] = set()
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

    # ------------------------------------------------------------------ shapes

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

    # ------------------------------------------------------------- nodes

    def _shape(self, node: Node, context: Context | None, path: tuple[int, ...]) -> Shape:
        if isinstance(node, Loop):
            if node.next is node:
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

    # ----------------------------------------------------------- resolution

    def argument(self, param: Param, context: Context | None) -> Bound | None:
        """What a parameter is bound to in this context, None if that is not known."""
        frame = context.of(param.function) if context is not None else None
        if frame is None or frame.call is None or param.kind not in ("plain", "keyword"):
            return None
        if param.index == 0 and frame.self_value is not None:
            return None
        arguments = self.evaluator.arguments(frame.call, frame.caller)
        bound = arguments.bound(param, 1 if frame.self_value is not None else 0)
        if bound is not None:
            return bound
        return (param.default, None) if arguments.exact and param.default is not None else None

    def binding(self, node: Free, context: Context | None) -> Bound | None:
        """The one value of a name of an enclosing scope, None if there are several."""
        scope: Function | None = node.scope
        while scope is not None:
            values = scope.bindings.get(node.name)
            if values and not scope.is_class_body:
                frame = context.of(scope) if context is not None else None
                return (values[0], frame) if len(values) == 1 else None
            scope = scope.parent
        return None

    def stored(self, node: Attr, context: Context | None) -> Bound | None:
        """The one value that an attribute of an object of the project is ever given."""
        owners = self.evaluator.values(node.base, context)
        if len(owners) != 1:
            return None
        owner = owners[0]
        if isinstance(owner, Instance) and owner.cls is not None:
            return self._attribute_value(owner, node.name)
        if isinstance(owner, ClassValue):
            values = owner.cls.body.bindings.get(node.name, [])
            return (values[0], None) if len(values) == 1 else None
        if isinstance(owner, Namespace) and owner.path.suffix == ".py":
            module = self.evaluator.project.module_at(owner.path)
            values = module.top.bindings.get(node.name, []) if module is not None else []
            return (values[0], None) if len(values) == 1 else None
        return None

    def _attribute_value(self, owner: Instance, name: str) -> Bound | None:
        assert owner.cls is not None
        found: list[tuple[Store, Function]] = []
        for cls in self.evaluator.mro(owner.cls):
            if name in cls.methods:
                return None
            for method in cls.methods.values():
                for store in method.stores:
                    target = store.target
                    if not isinstance(target, Attr) or target.name != name or not method.params:
                        continue
                    if target.base is method.params[0]:
                        found.append((store, method))
            if found:
                break
            values = cls.body.bindings.get(name)
            if values:
                return (values[0], None) if len(values) == 1 else None
        if len(found) > 1:
            found = [
                (store, method)
                for store, method in found
                if self.evaluator.feasible(store.guards, self.evaluator.method_frame(method, owner))
            ] or found
        if len(found) != 1 or found[0][0].op != "=":
            return None
        store, method = found[0]
        return store.value, self.evaluator.method_frame(method, owner)

    # ----------------------------------------------------------------- keys

    def key(self, node: Node, context: Context | None, depth: int = 0) -> Hashable:
        """What identifies a value: two nodes of the same key are the same at run time."""
        while isinstance(node, Loop) and node.next is node:
            node = node.init
        if depth > 12:
            return ("n", id(node), id(context))
        deeper = depth + 1
        if isinstance(node, Const):
            return ("c", type(node.value).__name__, node.value)
        if isinstance(node, Param):
            bound = self.argument(node, context)
            if bound is not None:
                return self.key(*bound, deeper)
            frame = context.of(node.function) if context is not None else None
            return ("p", id(node), id(frame) if frame is not None and frame.call is not None else 0)
        if isinstance(node, Free):
            found = self.binding(node, context)
            if found is not None and not isinstance(found[0], Const):
                return self.key(*found, deeper)
            return ("g", id(node.scope.module), node.name)
        if isinstance(node, Imported):
            return ("i", node.path, node.name)
        if isinstance(node, Attr):
            found = self.stored(node, context)
            if found is not None and not isinstance(found[0], (Const, Call)):
                return self.key(*found, deeper)
            return ("a", self._owner(node.base, context, deeper), node.name)
        if isinstance(node, Part) and not node.starred:
            return ("e", self.key(node.base, context, deeper), node.index)
        if isinstance(node, Item):
            return ("e", self.key(node.base, context, deeper), self._index_key(node.index, context, deeper))
        if isinstance(node, (Binary, Compare)):
            return (node.op, self.key(node.left, context, deeper), self.key(node.right, context, deeper))
        if isinstance(node, Boolean):
            return (node.op, self.key(node.left, context, deeper), self.key(node.right, context, deeper))
        if isinstance(node, Unary):
            return (node.op, self.key(node.operand, context, deeper))
        if isinstance(node, Display):
            return (node.kind, *(self.key(item, context, deeper) for item in node.items))
        if isinstance(node, Call) and not node.keywords and self._is_pure(node):
            return ("f", self.key(node.func, context, deeper), *(self.key(a, context, deeper) for a in node.args))
        return ("n", id(node), id(context))

    def _owner(self, node: Node, context: Context | None, depth: int) -> Hashable:
        values = self.evaluator.values(node, context)
        if len(values) == 1 and isinstance(values[0], Instance) and values[0].cls is not None:
            return ("o", id(values[0].cls), id(values[0].call))
        return self.key(node, context, depth)

    def _index_key(self, node: Node, context: Context | None, depth: int) -> Hashable:
        constant = self.evaluator.constant(node, context)
        if isinstance(constant, (int, str)):
            return constant
        return self.key(node, context, depth)

    def _is_pure(self, node: Call) -> bool:
        if isinstance(node.func, Attr):
            return node.func.name in ("dim", "size", "ndimension", "is_contiguous")
        return isinstance(node.func, Free) and node.func.name in ("len", "isinstance", "hasattr", "int", "type")

    def name(self, node: Node, context: Context | None, depth: int = 0) -> str:
        """What a value is called in messages, if it has no variable of its own."""
        while isinstance(node, Loop) and node.next is node:
            node = node.init
        if depth > 4:
            return "..."
        if isinstance(node, Param):
            return node.name
        if isinstance(node, Free):
            return node.name
        if isinstance(node, Imported):
            return node.name or node.path
        if isinstance(node, Const):
            return repr(node.value)
        if isinstance(node, Attr):
            return f"{self.name(node.base, context, depth + 1)}.{node.name}"
        if isinstance(node, (Item, Part)) and not isinstance(getattr(node, "index", None), (Slice, Display)):
            index = node.index if isinstance(node.index, int) else self.name(node.index, context, depth + 1)
            return f"{self.name(node.base, context, depth + 1)}[{index}]"
        return "x"

    # ------------------------------------------------------------ conditions

    def condition(self, cond: Node, context: Context | None) -> tuple[Hashable, bool]:
        """The key of a condition, and whether the condition is its negation."""
        negated = False
        while isinstance(cond, Unary) and cond.op == "Not":
            cond, negated = cond.operand, not negated
        if isinstance(cond, Compare) and cond.op in ("NotEqual", "IsNot", "NotIn"):
            positive = {"NotEqual": "Equal", "IsNot": "Is", "NotIn": "In"}[cond.op]
            return (positive, self.key(cond.left, context), self.key(cond.right, context)), not negated
        return self.key(cond, context), negated

    def decided(self, cond: Node, context: Context | None) -> bool | None:
        """Whether a condition holds: always, or in the world that is looked at."""
        known = self.evaluator.truth(cond, context)
        if known is not None:
            return known
        if isinstance(cond, Unary) and cond.op == "Not":
            inner = self.decided(cond.operand, context)
            return None if inner is None else not inner
        if isinstance(cond, Boolean):
            parts = self.decided(cond.left, context), self.decided(cond.right, context)
            decisive = cond.op == "Or"
            if decisive in parts:
                return decisive
            return None if None in parts else not decisive
        key, negated = self.condition(cond, context)
        assumed = self.world.get(key)
        if assumed is not None:
            return assumed is not negated
        if isinstance(cond, Compare) and cond.op in _ORDERS and isinstance(key, tuple):
            if self.world.get(("Equal", key[1], key[2])):
                return cond.op.endswith("Equal")
        if isinstance(key, tuple) and key[0] == "Equal" and self._is_another(key[1], key[2]):
            return negated
        if isinstance(cond, Param) and isinstance(cond.default, Const) and isinstance(cond.default.value, bool):
            bound = self.argument(cond, context)
            if bound is None and cond.function.name == "__init__":
                return cond.default.value  # an option that nobody is seen to set
        return None

    def _is_another(self, value: Hashable, constant: Hashable) -> bool:
        """Whether `value` is taken to be another constant than this one."""
        return _is_constant(constant) and any(
            holds and isinstance(key, tuple) and key[:2] == ("Equal", value) and key[2] != constant
            for key, holds in self.world.items()
            if isinstance(key, tuple) and len(key) == 3 and _is_constant(key[2])
        )

    def ask(self, cond: Node, context: Context | None) -> None:
        """Note a condition whose outcome would tell more."""
        while isinstance(cond, Boolean):
            cond = cond.left if self.decided(cond.left, context) is None else cond.right
        self.open[self.condition(cond, context)[0]] = None

    def assume(self, guards: Guards, context: Context | None) -> dict[Hashable, bool]:
        """The conditions under which a place is reached."""
        world: dict[Hashable, bool] = {}
        queue = list(guards)
        while queue:
            cond, truth = queue.pop()
            if isinstance(cond, Boolean) and truth == (cond.op == "And"):
                queue += [(cond.left, truth), (cond.right, truth)]
                continue
            key, negated = self.condition(cond, context)
            world[key] = truth is not negated
        return world

    # ---------------------------------------------------------------- sizes

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
            return self.size(node.init, context) if node.next is node else self._opaque(node, context)
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
        """The tensor `x` if `node` is `x.shape` or `x.size()`."""
        while isinstance(node, Loop) and node.next is node:
            node = node.init
        if isinstance(node, Attr) and node.name == "shape":
            return node.base
        if isinstance(node, Call):
            if isinstance(node.func, Attr) and node.func.name == "size" and not node.args and not node.keywords:
                return node.func.base
            if isinstance(node.func, Free) and node.func.name in ("list", "tuple") and len(node.args) == 1:
                return self.measured(node.args[0], context)
        return None

    def sequence(self, node: Node, context: Context | None, depth: int = 0) -> list[Size] | None:
        """The sizes of a tuple such as `(b, *x.shape[1:])` or `x.size()[:-1] + (h, d)`; None if not all are known."""
        while isinstance(node, Loop) and node.next is node:
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

    _SIGNS = {"Add": "+", "Subtract": "-", "Modulo": "%", "Power": "**", "LeftShift": "<<", "RightShift": ">>"}

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

    # ---------------------------------------------------------------- ranks

    def learn_ranks(self, function: Function, context: Context | None) -> None:
        """Read from `a, b, c = x.shape` and `x.permute(0, 2, 1)` how many dimensions tensors have."""
        frame = context
        places = [(function, context)]
        while frame is not None and len(places) < 6:
            if frame.caller is not None:
                places.append((frame.caller.function, frame.caller))
            elif frame.call is not None:
                places.append((frame.call.function, None))
            frame = frame.caller
        for place in places:
            key = (id(place[0]), place[1])
            if key not in self._learnt:
                self._learnt.add(key)
                self._learn(*place)
                self._clear()

    def _learn(self, function: Function, context: Context | None) -> None:
        for name, values in function.bindings.items():
            for value in values:
                if isinstance(value, Const) and type(value.value) is int and value.value > 1:
                    self._named_numbers[id(value)] = name
                if isinstance(value, Part) and not value.starred:
                    tensor = self.measured(value.base, context)
                    if tensor is not None:
                        self._note_rank(tensor, context, value.count, unpacked=True)
        for call in function.calls:
            if not isinstance(call.func, Attr) or call.func.name != "permute" or len(call.args) < 3:
                continue
            if not any(isinstance(arg, Starred) for arg in call.args):
                self._note_rank(call.func.base, context, len(call.args))

    def _note_rank(self, tensor: Node, context: Context | None, rank: int, unpacked: bool = False) -> None:
        shape = self.shape(tensor, context)
        hole = shape.hole
        if unpacked:
            self._unpacked.update(atom.base for axis in shape.front for size in axis for atom, _ in size.atoms)
        if hole is None:
            return
        whole = rank - len(shape.front) - len(shape.back) + hole.start - hole.stop
        if whole <= 0:
            return
        known = self._ranks.get(hole.base, whole) if hole.base in self._ranks else whole
        self._ranks[hole.base] = whole if known == whole else None
        if unpacked:
            self._unpacked.add(hole.base)

    def is_known(self, size: Size) -> bool:
        """Whether the code shows that a dimension is there: it is no unnamed one of a value of unknown origin."""
        return not size.atoms or any(
            atom.base is None or atom.derived or atom.base in self._unpacked for atom, _ in size.atoms
        )

    # ------------------------------------------------------------ other marks

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


def _is_constant(key: Hashable) -> bool:
    return isinstance(key, tuple) and key[:1] == ("c",)


__all__ = ["ONE", "Atom", "Axis", "Hole", "Shape", "Shapes", "axis_size"]
