"""Views that by their sizes should move dimensions, and do no harm: what they would have to move is 1, or stays where
it is under another name.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import permutations
from typing import TYPE_CHECKING

from torchlint.semantics.layers import is_parameter, is_self
from torchlint.semantics.nodes import Attr, Binary, Call, Choice, Const, Param, strip
from torchlint.semantics.one_channel import moves_gray_channel
from torchlint.semantics.operations import called_name
from torchlint.semantics.reach import origins
from torchlint.semantics.regroup import regroup
from torchlint.semantics.shape_layers import layer_argument
from torchlint.semantics.sizes import ONE, Atom, Size, product
from torchlint.semantics.values import Instance

if TYPE_CHECKING:
    from torchlint.semantics.regroup import Regrouping
    from torchlint.semantics.shapes import Shapes
    from torchlint.semantics.views import WrongView


def is_harmless(shapes: Shapes, view: WrongView) -> bool:
    return (
        _is_square(view)
        or _may_keep_the_last(view.regrouping)
        or _may_add_ones(view.regrouping)
        or _may_have_one_channel(view.regrouping)
        or _may_cut_windows(view.regrouping)
        or _may_go_by_other_names(shapes, view)
        or _may_be_one_batch(shapes, view)
        or _takes_batch_for_one(view)
        or _is_moved_on_request(view)
        or _is_read_anew_on_request(shapes, view)
        or _is_documented_as_one(view)
        or _feeds_single_values(shapes, view)
        or _is_learnt_alone(shapes, view)
        or moves_gray_channel(view.regrouping, view.call.function.module)
    )


def _is_square(view: WrongView) -> bool:
    """Whether rows of a product of matrices are put below each other, `torch.bmm(q, k.mT).view(-1, n)`: as many as its
    columns, where each row is compared with each.
    """
    node = strip(view.tensor)
    made = isinstance(node, Call) and called_name(node) in ("bmm", "matmul", "einsum", "baddbmm")
    return (made or (isinstance(node, Binary) and node.op == "MatrixMultiply")) and len(view.regrouping.targets) == 2


def _may_keep_the_last(regrouping: Regrouping) -> bool:
    """Whether `x.view(-1, n)` may only merge the dimensions before the last, of which nothing is known: n, which is a
    part of another dimension, may well be its size.
    """
    source, targets = regrouping.source, regrouping.targets
    if source.hole is not None or len(targets) != 2 or targets[0].constant != -1:
        return False
    *before, last = map(product, source.front)
    unknown = last.atom is not None and last.atom.base is not None and last.atom.value is None
    return unknown and any(size != targets[1] and size.over(targets[1]) is not None for size in before)


def _may_add_ones(regrouping: Regrouping) -> bool:
    """Whether `c.view(layers, c.size(0), c.size(1))` may only put dimensions of 1 in front: nothing tells whether there
    is a third one in `c`.
    """
    source, targets = regrouping.source, regrouping.targets
    known = list(map(product, source.front))
    return source.hole is not None and not source.back and len(known) > 1 and targets[-len(known) :] == known


def _may_have_one_channel(regrouping: Regrouping) -> bool:
    """Whether `mask.view(-1, h * w)` takes a (n, h, w, c) apart of which only n and c are unknown: c is 1 for whoever
    counts h * w values in each.
    """
    source, targets = regrouping.source, regrouping.targets
    axes = list(map(product, source.front))
    if source.hole is not None or len(axes) < 4 or len(targets) != 2 or targets[0].constant != -1:
        return False
    return axes[-1].constant is None and product(axes[1:-1]) == targets[1]


def _is_documented_as_one(view: WrongView) -> bool:
    """Whether the docstring gives a parameter behind the tensor a last dimension of 1: `x: (batch, dims, n, 1)`."""
    function = view.call.function
    params = {node.name for node in origins(view.tensor) if isinstance(node, Param) and node.function is function}
    return any(re.search(rf"\b{name}\b[^\n\[(]*[\[(][^\])\n]*,\s*1\s*[\])]", function.doc) for name in params)


def _may_cut_windows(regrouping: Regrouping) -> bool:
    """Whether `x.view(-1, 32, width)` of (32, time, width) may cut the time, of unknown length, into 32 steps each."""
    source, targets = regrouping.source, regrouping.targets
    known = list(map(product, source.front))
    if source.hole is not None or len(known) < 3 or targets[0].constant != -1 or targets[2:] != known[2:]:
        return False
    time, steps = known[1].atom, targets[1].constant
    return steps is not None and steps == known[0].known and time is not None and time.value is None


def _may_go_by_other_names(shapes: Shapes, view: WrongView) -> bool:
    """Whether the dimensions that have no name may be those that only the view names, one by one in their order:
    `_, n, c, k, _ = w.shape` and then `w.view(b * n, c, k, k)`.
    """
    source, targets = view.regrouping.source, view.regrouping.targets
    if source.hole is not None or any(size.constant == -1 for size in targets):
        return False
    ours, theirs = (_surplus(*sides) for sides in permutations((list(map(product, source.front)), targets)))
    if not 0 < len(ours) == len(theirs) or any(atom.base is None or atom.value is not None for atom in ours):
        return False
    named = {Size(1, ((old, 1),)): Size(1, ((new, 1),)) for old, new in zip(ours, theirs, strict=True)}
    front = tuple(tuple(named.get(size, size) for size in axis) for axis in source.front)
    return not regroup(shapes, replace(source, front=front), targets, view.call, view.context).moved


def _may_be_one_batch(shapes: Shapes, view: WrongView) -> bool:
    """Whether nothing moves if two tensors are as long in their first dimension: `features = net(x)`, of which nothing
    is known, and then `features.view(x.size(0), c, -1)`.
    """
    source, targets = view.regrouping.source, view.regrouping.targets
    if not source.front or not targets:
        return False
    ours, theirs = product(source.front[0]), targets[0]
    if not _is_first_size(ours) or not _is_first_size(theirs) or ours == theirs:
        return False
    renamed = replace(source, front=((theirs,), *source.front[1:]))
    return not regroup(shapes, renamed, targets, view.call, view.context).moved


def _is_first_size(size: Size) -> bool:
    """`x.size(0)`."""
    atom = size.atom
    return atom is not None and atom.base is not None and atom.value is None and atom.index % 100 == 0


def _surplus(sizes: Sequence[Size], others: Sequence[Size]) -> list[Atom]:
    """The atoms that sizes have more of than others, in the order in which the last of each comes."""
    found: dict[Atom, int] = {}
    for size in sizes:
        for atom, power in size.atoms:
            found[atom] = found.pop(atom, 0) + power
    for size in others:
        for atom, power in size.atoms:
            found[atom] = found.get(atom, 0) - power
    return [atom for atom, power in found.items() for _ in range(power)]


def _takes_batch_for_one(view: WrongView) -> bool:
    """Whether the batch is left out of a feature map, `x.view(c, -1)`, or added again, in a function that takes it away
    from another tensor as well, `mask.squeeze(0)`: there is one image at a time.
    """
    source, targets = view.regrouping.source, view.regrouping.targets
    axes = [size for size in map(product, source.front) if size != ONE]
    flat, whole = sorted((axes, targets), key=len)
    if len(flat) != 2 or len(whole) < 3 or source.hole is not None or flat[0] != whole[1] or flat[0] == whole[0]:
        return False
    return any(
        called_name(call) == "squeeze" and any(isinstance(dim, Const) and dim.value == 0 for dim in call.args)
        for call in view.call.function.calls
    )


def _is_moved_on_request(view: WrongView) -> bool:
    """Whether an option has the dimensions moved before the view, and whoever leaves it out wants them as they were:
    `if fixed: x = x.transpose(1, 2)`.
    """
    node = strip(view.tensor)
    if not isinstance(node, Choice):
        return False
    return any(
        isinstance(moved, Call)
        and called_name(moved) in ("permute", "transpose", "movedim", "swapaxes")
        and isinstance(moved.func, Attr)
        and any(strip(part) is other for part in (moved.func.base, *moved.args[:1]))
        for moved, other in permutations(map(strip, node.parts()))
    )


def _is_read_anew_on_request(shapes: Shapes, view: WrongView) -> bool:
    """Whether an option has the numbers read in another order, `if columns: points = points.reshape(2, -1).T`: they
    come as the caller says.
    """
    operations = shapes.evaluator.dtypes.operations(view.call.function)
    takers = operations.takers_of(view.call)
    turned = bool(takers) and all(isinstance(taker, Attr) and taker.name in ("T", "mT", "t") for taker in takers)
    return turned and any(isinstance(strip(cond), Param) for cond, _ in view.call.guards)


def _feeds_single_values(shapes: Shapes, view: WrongView) -> bool:
    """Whether the result goes into a recurrent layer that takes one number at a time: the last dimension is 1."""
    return any(
        (size := layer_argument(shapes, layer, "input_size")) is not None
        and size.number == 1
        and all(atom.may_be_one for atom, _ in size.atoms)
        for call in view.call.function.calls
        if call.args and strip(call.args[0]) is view.call
        for layer in shapes.evaluator.values(call.func, view.context)
        if isinstance(layer, Instance) and layer.last in ("RNN", "LSTM", "GRU")
    )


def _is_learnt_alone(shapes: Shapes, view: WrongView) -> bool:
    """Whether a tensor is computed from the parameters of the network and nothing else, as weights that are made by
    layers: whatever the order, each element is learnt where it stands.
    """
    function = view.call.function
    if not function.is_method:
        return False
    nodes = list(origins(view.tensor))
    if any(isinstance(node, Param) and node is not function.params[0] for node in nodes):
        return False
    own = (node for node in nodes if isinstance(node, Attr) and is_self(node.base, function))
    return any(is_parameter(value) for node in own for value in shapes.evaluator.values(node, view.context))
