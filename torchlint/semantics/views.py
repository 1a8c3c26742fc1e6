"""The views of a file that would have to move dimensions."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from torchlint.semantics.factors import Fact
from torchlint.semantics.functions import Function
from torchlint.semantics.harmless_views import is_harmless
from torchlint.semantics.layers import is_self
from torchlint.semantics.nodes import (
    Attr,
    Binary,
    Boolean,
    Call,
    Compare,
    Const,
    Display,
    Guards,
    Item,
    Node,
    Param,
    Part,
    Slice,
    Starred,
    strip,
)
from torchlint.semantics.reach import reaches
from torchlint.semantics.regroup import Regrouping, regroup
from torchlint.semantics.results import used_values
from torchlint.semantics.shape_moves import is_impossible, target_sizes
from torchlint.semantics.shape_operation import Operation
from torchlint.semantics.sizes import Atom, product
from torchlint.semantics.values import External, Instance, Opaque

if TYPE_CHECKING:
    from torchlint.semantics.module import Module
    from torchlint.semantics.shapes import Shapes
    from torchlint.semantics.values import Context

#: Open conditions on top of each other, and combinations of them, that one view is looked at under.
MAX_OPEN = 2
MAX_WORLDS = 5
#: A tensor of plain numbers with fewer elements than this is a lesson.
_TOY = 100
#: Images, their features and kernels have two sides, and two dimensions before them.
IMAGE_RANK = 4
#: Methods that show a tensor as it is.
_LOOKS = frozenset({"contiguous", "detach", "cpu", "numpy", "size", "tolist"})
#: Ways into a function that one view is looked at in.
MAX_CONTEXTS = 6


@dataclass(frozen=True)
class WrongView:
    """A view that keeps the order of the elements where the sizes ask for another."""

    call: Call
    tensor: Node
    context: Context | None
    #: the conditions under which it is wrong
    world: dict[Hashable, bool]
    regrouping: Regrouping


def wrong_views(module: Module) -> list[WrongView]:
    """The views in `module` that can't do what their sizes say, each once."""
    shapes = module.evaluator.shapes
    known = shapes.wrong_views.get(id(module))
    if known is None:
        known = shapes.wrong_views[id(module)] = list(_wrong_views(module, shapes))
    return known


def _wrong_views(module: Module, shapes: Shapes) -> Iterator[WrongView]:
    mixed: set[int] = set()
    before: list[WrongView] = []
    calls = [(call, name) for name in ("view", "reshape") for call in module.calls_by_name.get(name, ())]
    for call, name in sorted(calls, key=lambda found: found[0].n):
        found = _examine(shapes, call, name)
        if found is None or _is_picked_from(found) or _is_never_reached(shapes, found) or is_harmless(shapes, found):
            continue
        if not _undoes(shapes, found, mixed) and not any(_goes_back(found, other) for other in before):
            yield found
            before.append(found)
        mixed.add(id(call))


def _examine(shapes: Shapes, call: Call, name: str) -> WrongView | None:
    if len(call.args) + len(call.keywords) == 0 or any(key in ("order", "dtype") for key, _ in call.keywords):
        return None
    function = call.function
    if _is_shift(call) or any(_shown(statement) is call for statement in function.discarded):
        return None
    alone = _alone(shapes, function)
    found, rooted = _judge(shapes, call, name, alone)
    if found is None and not rooted:
        return None
    # what the callers pass decides
    for context in shapes.evaluator.callers.contexts(function)[:MAX_CONTEXTS]:
        if context is alone:
            if found is not None:
                return found
            continue
        confirmed, _ = _judge(shapes, call, name, context)
        if confirmed is not None:
            return found if found is not None else confirmed
    return None


def _shown(statement: Call) -> Node:
    """What a statement of its own only shows, as the last one of a cell, or loses: `x.view(b, n).contiguous()`."""
    node: Node = statement
    while isinstance(node, Call) and isinstance(node.func, Attr) and node.func.name in _LOOKS:
        node = strip(node.func.base)
    return node


def _is_shift(call: Call) -> bool:
    """Whether a view is one of the two of a relative shift: swap by a view, drop the first, and swap back."""
    if _without_first(_source(call)):
        return True
    return any(
        other.func.name in ("view", "reshape") and _without_first(_source(other), call)
        for other in call.function.calls
        if isinstance(other.func, Attr)
    )


def _is_picked_from(view: WrongView) -> bool:
    """Whether one row is picked from the result at once, and nothing else done with it: `labels.reshape(n, 1)[0]`.

    It tells nothing of what the author takes the other dimension for.
    """
    call, function = view.call, view.call.function
    if len(view.regrouping.targets) > 2 or any(call in values for values in function.bindings.values()):
        return False
    return any(
        isinstance(part, Item) and part.base is call and isinstance(part.index, Const) and type(part.index.value) is int
        for part in used_values(function)
    )


def _is_never_reached(shapes: Shapes, view: WrongView) -> bool:
    """Whether a view on the way raises: the author never saw the result of this one."""
    call = view.call
    shapes.begin(view.world)
    for other in call.function.calls:
        if other is call:
            break
        if not isinstance(other.func, Attr) or other.func.name not in ("view", "reshape"):
            continue
        if other.guards == call.guards[: len(other.guards)]:
            op = _operation(shapes, other, other.func.name, view.context)
            sizes = target_sizes(op) if op is not None else None
            if op is not None and sizes is not None and is_impossible(op.shape, sizes):
                return True
    return False


def _undoes(shapes: Shapes, view: WrongView, mixed: set[int]) -> bool:
    """Whether a view is the way back from a wrong one, as `norm(x.view(-1, c, n)).view(-1, n, c)` or
    `(x.view(b, h, w, c) - mean).view(b, c, h, w)`: one bug, told once.
    """
    return _leads_to(shapes, view, view.tensor, mixed)


def _goes_back(view: WrongView, other: WrongView) -> bool:
    """Whether a view gives the shape that the tensor of another had before: heads that were cut out of the wrong places
    are put back there. Where to cut is the bug.
    """
    source, targets = other.regrouping.source, view.regrouping.targets
    front, back = [[product(axis) for axis in axes] for axes in (source.front, source.back)]
    if view.call.function is not other.call.function or not front or not reaches(view.tensor, {id(other.call)}):
        return False
    if len(targets) < len(front) + len(back) or (source.hole is None and len(targets) != len(front)):
        return False
    ends = [*zip(targets, front, strict=False), *zip(reversed(targets), reversed(back), strict=False)]
    return all(target == size for target, size in ends)


def _leads_to(shapes: Shapes, view: WrongView, node: Node, mixed: set[int]) -> bool:
    node = strip(node)
    if id(node) in mixed:
        return True
    if isinstance(node, Binary) and node.op != "MatrixMultiply":
        return any(_leads_to(shapes, view, part, mixed) for part in node.parts())
    if not isinstance(node, Call) or len(node.args) != 1:
        return False
    layers = shapes.evaluator.values(node.func, view.context)
    if not layers or not all(isinstance(layer, Instance) and "Norm" in layer.last for layer in layers):
        return False
    return _leads_to(shapes, view, node.args[0], mixed)


def _source(call: Call) -> Node | None:
    return strip(call.func.base) if isinstance(call.func, Attr) else None


def _without_first(node: Node | None, of: Call | None = None) -> bool:
    """`x[1:]` or `x[:, :, 1:]` of the result of a view."""
    if not isinstance(node, Item):
        return False
    base = strip(node.base)
    if not isinstance(base, Call) or not isinstance(base.func, Attr) or base.func.name not in ("view", "reshape"):
        return False
    parts = node.index.items if isinstance(node.index, Display) else (node.index,)
    cuts = [part for part in parts if isinstance(part, Slice) and part.lower is not None]
    return (
        (of is None or base is of)
        and len(cuts) == 1
        and isinstance(cuts[0].lower, Const)
        and cuts[0].lower.value == 1
        and cuts[0].upper is None
    )


def _alone(shapes: Shapes, function: Function) -> Context | None:
    """The frame of a function of which only the object is known that it belongs to."""
    evaluator = shapes.evaluator
    if function.parent is None or function.is_class_body:
        return None
    if function.is_method and function.cls is not None:
        return evaluator.frame(function, None, None, evaluator.some_instance(function.cls))
    if function.parent.parent is not None and not function.parent.is_class_body:
        return evaluator.frame(function, None, None, None, _alone(shapes, function.parent))
    return evaluator.frame(function)


def _judge(shapes: Shapes, call: Call, name: str, context: Context | None) -> tuple[WrongView | None, bool]:
    """The view if it is wrong in this context, and whether callers could tell more."""
    op = _operation(shapes, call, name, context)
    if op is None or op.tensor is None:
        return None, False
    if id(strip(op.tensor)) in shapes.reshaped_in_place(call.function):
        return None, False
    shapes.learn_ranks(call.function, context)
    assumed = shapes.assume(call.guards, context)
    frame = context
    while frame is not None:
        if frame.call is not None:
            if not shapes.evaluator.feasible(frame.call.guards, frame.caller):
                return None, False
            assumed = {**shapes.assume(frame.call.guards, frame.caller), **assumed}
        frame = frame.caller
    worlds: list[tuple[dict[Hashable, bool], int]] = [(assumed, 0)]
    rooted = False
    for _ in range(MAX_WORLDS):
        if not worlds:
            break
        world, depth = worlds.pop(0)
        shapes.begin(world)
        targets = target_sizes(op)
        if targets is None or len(targets) < 2:
            continue
        source = op.shape
        if source.rank is not None and _asked_rank(op.tensor, call.guards) not in (source.rank, None):
            continue
        result = regroup(shapes, source, targets, call, context, list(_facts(shapes, call.guards, context)))
        # where an option that nobody is seen to choose is taken for granted, the sizes must fit all but one
        wrong = result.moved and not source.blank and not _is_toy(result) and not _swaps_sides(result)
        if wrong and (not depth or len(result.spare) < 2):
            return WrongView(call, op.tensor, context, world, result), False
        rooted = rooted or result.unless or _asks_callers(shapes, result, call.function)
        rooted = rooted or (source.rank is None and _asks_object(shapes, op.tensor, call.function, context))
        if shapes.open and depth < MAX_OPEN:
            key = next(iter(shapes.open))
            worlds += [({**world, key: truth}, depth + 1) for truth in (False, True)]
    return None, rooted


def _is_toy(result: Regrouping) -> bool:
    """`a.view(3, 2)` of a 2 x 3 matrix, all in plain numbers: whoever shows what `view` does means just that."""
    factors = [factor.size for factor in result.factors]
    if any(size.constant is None for size in (*factors, *result.targets)):
        return False
    return product(factors).number < _TOY


def _swaps_sides(result: Regrouping) -> bool:
    """Whether only the height and width of an image, of its features or of a kernel change places: most are square."""
    if len(result.targets) < IMAGE_RANK:
        return False
    if all(_are_sides(left.size.atom, right.size.atom) for left, right in result.moved):
        return True
    source, last = result.source, len(result.targets) - 2
    first = IMAGE_RANK - 2
    if source.hole is not None:
        first = min(first, len(source.front) + 1)  # the hole may stand for all that is before the sides
    return all(
        factor.axis >= first and factor.places and min(factor.places) >= last
        for pair in result.moved
        for factor in pair
    )


def _are_sides(one: Atom | None, other: Atom | None) -> bool:
    """Whether two sizes were read as the last two dimensions of the same image: `_, _, h, w = x.shape`."""
    if one is None or other is None or one.base is None or one.base != other.base:
        return False
    return {one.index % 100, other.index % 100} == {IMAGE_RANK - 2, IMAGE_RANK - 1}


def _operation(shapes: Shapes, call: Call, name: str, context: Context | None) -> Operation | None:
    for callee in shapes.evaluator.values(call.func, context):
        if isinstance(callee, External) and callee.name in ("torch.reshape", "numpy.reshape", "torch.view_copy"):
            tensor = call.args[0] if call.args else call.keyword("input")
            if isinstance(tensor, Starred):
                return None
            return Operation(shapes, call, context, name, tensor, call.args[1:])
        if isinstance(callee, Opaque) and isinstance(call.func, Attr):
            return Operation(shapes, call, context, name, call.func.base, call.args)
        return None
    return None


def _asks_callers(shapes: Shapes, result: Regrouping, function: Function) -> bool:
    """Whether the tensor is a parameter of the function, and the view more than a plain split or merge."""
    hole = result.source.hole
    if hole is None or function.name in ("forward", "__call__"):
        return False  # who calls a module by its name is not followed
    last = 0
    for size in result.targets:
        atom = size.atom
        if size.constant is not None:
            continue
        if atom is None or atom.base != hole.base or atom.index % 100 < last:
            # more than the tensor's own sizes in their order, or plain numbers
            return _mentions(hole.base, {id(param) for param in function.params})
        last = atom.index % 100
    return False


def _asks_object(shapes: Shapes, tensor: Node, function: Function, context: Context | None) -> bool:
    """Whether a tensor comes from a module that the object was given: `out, weights = self.attention(q, k, v)`."""
    node = strip(tensor)
    while isinstance(node, (Part, Item)):
        node = strip(node.base)
    if not isinstance(node, Call) or not isinstance(node.func, Attr) or not is_self(node.func.base, function):
        return False
    made = shapes.evaluator.values(node.func, context)
    return any(isinstance(value, Opaque) and isinstance(value.node, Param) for value in made)


def _mentions(key: Hashable, params: set[int]) -> bool:
    if not isinstance(key, tuple):
        return False
    if len(key) == 3 and key[0] == "p" and key[1] in params:
        return True
    return any(_mentions(part, params) for part in key)


def _facts(shapes: Shapes, guards: Guards, context: Context | None) -> Iterator[Fact]:
    """Sizes that the conditions around a view say are equal."""
    queue = list(guards)
    while queue:
        cond, truth = queue.pop()
        if isinstance(cond, Boolean) and truth == (cond.op == "And"):
            queue += [(cond.left, truth), (cond.right, truth)]
        elif isinstance(cond, Compare) and cond.op == ("Equal" if truth else "NotEqual"):
            left, right = shapes.size(cond.left, context), shapes.size(cond.right, context)
            if left != right and (left.atoms or right.atoms):
                yield left, right


def _asked_rank(tensor: Node, guards: Guards) -> int | None:
    """The number of dimensions that the conditions around a view say the tensor has: `if x.dim() == 3`."""
    for cond, truth in guards:
        if not isinstance(cond, Compare) or cond.op != ("Equal" if truth else "NotEqual"):
            continue
        asked, rank = strip(cond.left), cond.right.value if isinstance(cond.right, Const) else None
        asked = asked.func if isinstance(asked, Call) and not asked.args else asked
        if isinstance(asked, Attr) and asked.name in ("dim", "ndim", "ndimension") and isinstance(rank, int):
            if strip(asked.base) is strip(tensor):
                return rank
    return None


__all__ = ["WrongView", "wrong_views"]
