"""Whether a view only regroups the dimensions of a tensor, in their order, or would have to move them.

The sizes of the tensor and those of the view are taken apart into atoms; an atom that stands in one place on
either side tells which dimension of the tensor goes into which of the view. If one that comes first in the tensor
comes later in the view, the view moves nothing, but the reader (and the next layer) believes that it does.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from itertools import combinations
from math import gcd
from typing import TYPE_CHECKING

from torchlint.semantics.factors import (
    Fact,
    Factor,
    all_atoms,
    assign,
    factors_of,
    line_up,
    rewrite,
    substituted,
)
from torchlint.semantics.sizes import ONE, Atom, Size, number, product

if TYPE_CHECKING:
    from torchlint.semantics.nodes import Node
    from torchlint.semantics.shape import Axis, Shape
    from torchlint.semantics.shapes import Shapes
    from torchlint.semantics.values import Context


@dataclass
class Regrouping:
    """What a view does: the shape that it gives, and pairs of factors whose order it would have to change."""

    source: Shape
    targets: list[Size]
    result: Shape
    factors: list[Factor] = field(default_factory=list)
    moved: list[tuple[Factor, Factor]] = field(default_factory=list)
    #: the targets that hold what no other names
    spare: list[int] = field(default_factory=list)
    #: whether something would be moved if an option had not its default
    unless: bool = False


def regroup(
    shapes: Shapes,
    source: Shape,
    targets: list[Size],
    node: Node,
    context: Context | None,
    facts: Iterable[Fact] = (),
) -> Regrouping:
    source = _completed(shapes.with_rank(source), targets)
    opened = _opened(shapes, source, targets)
    smallest = _smallest(shapes, source, opened, targets)
    if smallest is not None:
        # the sizes that are asked for may be those of the last dimensions
        regrouping = _regroup(shapes, *smallest, node, context, facts)
        if regrouping.targets != targets:
            # they need not be: what the view gives has the names that it was given
            regrouping.targets = targets
            regrouping.result = _as_written(shapes, source, targets, node, context)
        if not regrouping.moved:
            return regrouping
    extended = _extended(shapes, opened, targets)
    if extended is not None:
        regrouping = _regroup(shapes, extended, targets, node, context, facts)
        if not regrouping.moved:
            return regrouping
    regrouping = _regroup(shapes, opened, targets, node, context, facts)
    if regrouping.moved:
        for atom in _ones_by_default(opened, targets):
            opened, targets = _without(atom, opened), [_without_atom(size, atom) for size in targets]
        if not _regroup(shapes, opened, targets, node, context, facts).moved:
            regrouping.moved, regrouping.unless = [], True
    return regrouping


def _completed(source: Shape, targets: list[Size]) -> Shape:
    """The shape with what its hole must stand for: of `cv2.resize(image, (w, h)).reshape(3, h, w)` only the 3 is left
    that the view puts in front.
    """
    if source.hole is None or source.back or not source.front:
        return source
    there = product(product(axis) for axis in source.front)
    asked = product(size for size in targets if size.constant != -1)
    if all(size.constant != -1 for size in targets):
        rest = asked.over(there)
        missing = rest.constant if rest is not None else None
    elif asked.constant is not None and there.constant is not None:
        missing = asked.constant // gcd(asked.constant, there.constant)  # (120, 160, ...) as (3, 120, -1)
    else:
        missing = None
    if missing is None or missing < 2:
        return source
    return replace(source, front=(*source.front, (number(missing),)), hole=None)


def _ones_by_default(source: Shape, targets: list[Size]) -> list[Atom]:
    """The sizes that are 1 unless somebody says otherwise."""
    sizes = [*targets, *(size for axis in (*source.front, *source.back) for size in axis)]
    found = dict.fromkeys(atom for size in sizes for atom, _ in size.atoms if atom.value is None and atom.may_be_one)
    return list(found)


def _without(atom: Atom, source: Shape) -> Shape:
    front, back = (
        tuple(tuple(_without_atom(size, atom) for size in axis) for axis in axes)
        for axes in (source.front, source.back)
    )
    return replace(source, front=front, back=back)


def _without_atom(size: Size, atom: Atom) -> Size:
    return Size(size.number, tuple((other, power) for other, power in size.atoms if other is not atom))


def _extended(shapes: Shapes, opened: Shape, targets: list[Size]) -> Shape | None:
    """The shape if it has no dimensions but those that the view asks for, to which it only adds some of 1."""
    if opened.hole is None or opened.back or not opened.front:
        return None
    asked = product(size for size in targets if size.constant != -1)
    if asked != product(product(axis) for axis in opened.front):
        return None
    return shapes.closed(opened, len(opened.front))


def _smallest(shapes: Shapes, source: Shape, opened: Shape, targets: list[Size]) -> tuple[Shape, list[Size]] | None:
    """The shape if it has no more dimensions than the view asks for, where that gives some of them two names."""
    hole = source.hole
    if hole is None or not source.back or opened.front == source.front:
        return None
    rank = max(len(opened.front), len(source.front) + len(source.back))
    closed = shapes.closed(source, rank) if rank > 1 else None
    if closed is None:
        return None
    renamed = list(targets)
    for i, axis in enumerate(closed.front):
        mine = opened.front[i] if i < len(opened.front) else axis
        if mine != axis:
            other = product(axis)
            if any(size.over(other) is not None for size in targets if other != ONE):
                return None  # both names are used: they are two dimensions
            renamed = [substituted(size, product(mine), other) for size in renamed]
    return closed, renamed


def _regroup(
    shapes: Shapes,
    source: Shape,
    targets: list[Size],
    node: Node,
    context: Context | None,
    facts: Iterable[Fact],
) -> Regrouping:
    factors, sizes = factors_of(source), [size.without_ones() for size in targets]
    rewrite(factors, sizes, facts)
    factors = [factor for factor in factors if factor.is_hole or factor.size != ONE]
    line_up(factors, sizes)
    unnamed = assign(factors, sizes)
    spare = [j for j, size in enumerate(sizes) if size.constant == -1 or j in unnamed]
    result = Regrouping(source, targets, _result(shapes, source, targets, sizes, factors, spare, node, context))
    result.factors, result.spare = factors, spare
    _mark_ones(factors, targets)
    for factor in factors:
        if factor.loose and not factor.places and factor.size != source.batch:
            factor.maybe_one = factor.maybe_one or not shapes.is_known(factor.size)
    _spread(factors, spare, sizes)
    if sum(factor.loose for factor in factors):
        # what is left may be in the others: there may be nothing in the hole
        factors = [factor for factor in factors if not factor.is_hole]
    for left, right in combinations(factors, 2):
        if not _inverted(left, right, spare):
            continue
        if left.padded or right.padded:
            continue
        if left.counts and right.counts:
            result.moved.append((left, right))
        else:
            result.unless = True
    if result.moved:
        result.result = _as_written(shapes, source, targets, node, context)
    return result


def _opened(shapes: Shapes, source: Shape, targets: list[Size]) -> Shape:
    """The tensor with the dimensions by name that the view names."""
    for size in targets:
        for atom in all_atoms(size):
            hole = source.hole
            if hole is None or atom.base != hole.base:
                continue
            if atom.index >= hole.start:
                source = shapes.opened(source, front=len(source.front) + atom.index - hole.start + 1)
            elif hole.stop > atom.index:
                source = shapes.opened(source, back=len(source.back) + hole.stop - atom.index)
    return source


def _mark_ones(factors: list[Factor], targets: list[Size]) -> None:
    """A dimension that no target names may be a 1 of the view, if that stands at the right place."""
    ones = [j for j, size in enumerate(targets) if _has_one(size)]
    for i, factor in enumerate(factors):
        if not factor.loose or factor.places:
            continue
        before = max((max(other.places) for other in factors[:i] if other.places), default=-1)
        after = min((min(other.places) for other in factors[i + 1 :] if other.places), default=len(targets))
        factor.maybe_one = any(before <= j <= after for j in ones)


def _has_one(size: Size) -> bool:
    return size.constant == 1 or any(atom.is_one for atom, _ in size.atoms)


def _spread(factors: list[Factor], spare: list[int], sizes: list[Size]) -> None:
    """What is left of the tensor is in the spare targets; if that is one factor, it fills all of them."""
    loose = [factor for factor in factors if factor.loose or factor.is_hole]
    vague = any(factor.vague for factor in factors)
    if len(loose) == 1 and spare and not vague:
        # -1 may be 1 where a hole has another target
        named = [j for j in spare if sizes[j].constant != -1] if loose[0].is_hole else []
        loose[0].places.update(named or spare)
        loose[0].loose = False


def _inverted(left: Factor, right: Factor, spare: list[int]) -> bool:
    """Whether a part of `left` certainly comes after a part of `right`."""
    if left.places and right.places and max(left.places) > min(right.places):
        return True
    mine, others = [*left.options, *_spare(left, spare)], [*right.options, *_spare(right, spare)]
    if right.places and any(option and min(option) > min(right.places) for option in mine):
        return True
    if left.places and any(option and max(option) < max(left.places) for option in others):
        return True
    return any(a and b and min(a) > max(b) for a in mine for b in others)


def _spare(factor: Factor, spare: list[int]) -> list[frozenset[int]]:
    """Where the part of a factor is that no target names."""
    unplaced = factor.loose or (factor.is_hole and not factor.places)
    return [frozenset(spare)] if unplaced and spare else []


def _result(
    shapes: Shapes,
    source: Shape,
    targets: list[Size],
    sizes: list[Size],
    factors: list[Factor],
    spare: list[int],
    node: Node,
    context: Context | None,
) -> Shape:
    """The shape that the view gives, with the order of what it merges."""
    axes: list[Axis] = []
    closed = source.hole is None
    for j, size in enumerate(targets):
        if size.constant == 1:
            axes.append(())
            continue
        if size.constant == -1:
            axes.append(_remaining(shapes, factors, sizes, spare, j, closed, node, context))
            continue
        inside = [factor for factor in factors if j in factor.places]
        whole = bool(inside) and all(factor.places == {j} and not factor.loose for factor in inside)
        if whole and product(factor.size for factor in inside) == product((sizes[j],)):
            axes.append(tuple(factor.size for factor in inside))
        else:
            axes.append((size,))
    return replace(source, front=tuple(axes), hole=None, back=())


def _remaining(
    shapes: Shapes,
    factors: list[Factor],
    sizes: list[Size],
    spare: list[int],
    j: int,
    closed: bool,
    node: Node,
    context: Context | None,
) -> Axis:
    """What -1 stands for."""
    loose = [factor for factor in factors if factor.loose]
    if closed and spare == [j] and not any(factor.vague for factor in factors):
        total = product(factor.size for factor in factors)
        named = product(size for k, size in enumerate(sizes) if k != j)
        rest = total.over(named)
        if rest is not None:
            if product(factor.size for factor in loose) == rest:
                return tuple(factor.size for factor in loose)
            return () if rest == ONE else (rest,)
    return shapes.fresh(node, context, j, padded=any(factor.padded for factor in loose))


def _as_written(shapes: Shapes, source: Shape, targets: list[Size], node: Node, context: Context | None) -> Shape:
    """The shape as the author of a wrong view takes it to be."""
    axes: list[Axis] = []
    for j, size in enumerate(targets):
        if size.constant == -1:
            axes.append(shapes.fresh(node, context, j))
        else:
            axes.append(() if size.constant == 1 else (size,))
    return replace(source, front=tuple(axes), hole=None, back=(), batch=None, story=())
