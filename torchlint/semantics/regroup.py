"""Whether a view only regroups the dimensions of a tensor, in their order, or would have to move them.

The sizes of the tensor and those of the view are taken apart into atoms; an atom that stands in one place on
either side tells which dimension of the tensor goes into which of the view. If one that comes first in the tensor
comes later in the view, the view moves nothing, but the reader (and the next layer) believes that it does.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import combinations
from typing import TYPE_CHECKING

from torchlint.semantics.sizes import ONE, Atom, Size, product

if TYPE_CHECKING:
    from torchlint.semantics.nodes import Node
    from torchlint.semantics.shape import Axis, Shape
    from torchlint.semantics.shapes import Shapes
    from torchlint.semantics.values import Context

#: Two sizes that are known to be equal, from an `assert` or an `if`.
Fact = tuple[Size, Size]


#: A part may be in a target that doesn't name it.
_ANYWHERE: frozenset[int] = frozenset()
_SMALL = 8


@dataclass
class Factor:
    """One of the sizes that the tensor is made of, and where its parts are in the view."""

    size: Size
    axis: int
    #: targets that are known to hold a part of it
    places: set[int] = field(default_factory=set)
    #: whether a part of it is in no target that names it
    loose: bool = False
    #: targets of which one or more hold a part of it: its atoms stand in several of them
    options: list[frozenset[int]] = field(default_factory=list)
    is_hole: bool = False
    #: whether there may be no dimension at all in a hole
    may_be_empty: bool = False
    #: whether it may be a dimension of 1, by the ones that the view has
    maybe_one: bool = False

    @property
    def counts(self) -> bool:
        """Whether its place matters: it is more than 1, and not made of pieces."""
        if self.maybe_one or self.may_be_empty:
            return False
        if self.is_hole:
            return True
        if self.size.number > 1:
            return True
        return any(not atom.may_be_one and not atom.padded for atom, _ in self.size.atoms)

    @property
    def vague(self) -> bool:
        """Whether the places are not all there is to know."""
        return bool(self.options)

    @property
    def padded(self) -> bool:
        return any(atom.padded for atom, _ in self.size.atoms)


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
    source = shapes.with_rank(source)
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
    return _regroup(shapes, opened, targets, node, context, facts)


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
            renamed = [_substituted(size, product(mine), other) for size in renamed]
    return closed, renamed


def _regroup(
    shapes: Shapes,
    source: Shape,
    targets: list[Size],
    node: Node,
    context: Context | None,
    facts: Iterable[Fact],
) -> Regrouping:
    factors, sizes = _factors(source), [_plain(size) for size in targets]
    _rewrite(factors, sizes, facts)
    factors = [factor for factor in factors if factor.is_hole or factor.size != ONE]
    _line_up(factors, sizes)
    unnamed = _assign(factors, sizes)
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


def _plain(size: Size) -> Size:
    return size.without_ones()


def _opened(shapes: Shapes, source: Shape, targets: list[Size]) -> Shape:
    """The tensor with the dimensions by name that the view names."""
    for size in targets:
        for atom in _all_atoms(size):
            hole = source.hole
            if hole is None or atom.base != hole.base:
                continue
            if atom.index >= hole.start:
                source = shapes.opened(source, front=len(source.front) + atom.index - hole.start + 1)
            elif hole.stop > atom.index:
                source = shapes.opened(source, back=len(source.back) + hole.stop - atom.index)
    return source


def _all_atoms(size: Size) -> Iterable[Atom]:
    for atom, _ in size.atoms:
        yield atom
        if atom.ratio is not None:
            for part in atom.ratio:
                yield from _all_atoms(part)


def _factors(source: Shape) -> list[Factor]:
    factors = [Factor(_plain(size), i) for i, axis in enumerate(source.front) for size in axis]
    if source.hole is not None:
        # of a tensor that is not looked into, which may be a number, or of one with three dimensions and more by name
        named = source.hole.start - source.hole.stop
        factors.append(Factor(ONE, len(source.front), is_hole=True, may_be_empty=named == 0 or named > 2))
        start = len(source.front) + 1
        factors += [Factor(_plain(size), start + i) for i, axis in enumerate(source.back) for size in axis]
    return factors


def _rewrite(factors: list[Factor], sizes: list[Size], facts: Iterable[Fact]) -> None:
    """Put equal sizes in the same words: by the facts, and `C` as `h * (C // h)` where one asks for `C // h`."""

    def everywhere(old: Size, new: Size) -> None:
        for factor in factors:
            factor.size = _substituted(factor.size, old, new)
        sizes[:] = [_substituted(size, old, new) for size in sizes]

    equal: list[Fact] = []
    for left, right in facts:
        for one, other in ((left, right), (right, left)):
            atom = one.atom
            if atom is not None and not other.contains(atom):
                everywhere(one, other)
                equal.append((one, other))
                break
    _as_numbers(factors, sizes)
    ratios = {
        atom
        for size in (*(factor.size for factor in factors), *sizes)
        for atom in _all_atoms(size)
        if atom.ratio is not None
    }
    for atom in sorted(ratios, key=lambda item: item.serial):
        assert atom.ratio is not None
        whole, part = atom.ratio
        for one, other in equal:
            whole, part = _substituted(whole, one, other), _substituted(part, one, other)
        if whole.atoms and not whole.contains(atom):
            everywhere(whole, part.times(Size(1, ((atom, 1),))))


def _as_numbers(factors: list[Factor], sizes: list[Size]) -> None:
    """Numbers that got a name on the way into a function are numbers again, if nobody asks for the name."""
    asked = {atom for size in sizes for atom in _all_atoms(size)}
    for factor in factors:
        for atom, power in factor.size.atoms:
            if atom.is_number and atom not in asked and atom.value is not None:
                rest = factor.size.over(Size(1, ((atom, power),)))
                assert rest is not None
                factor.size = rest.times(Size(atom.value**power))


def _substituted(size: Size, old: Size, new: Size) -> Size:
    rest = size.over(old)
    if rest is None or size.constant is not None:
        return size
    return rest.times(new).without_ones()


def _line_up(factors: list[Factor], sizes: list[Size]) -> None:
    """After sizes that are the same on both sides, a number of the view may be the next dimension, if that has no name.

    (B, N, n, f, 2) as (B, N, 2, D) is in order where n is 2 and D is f * 2: the last dimension proves nothing.
    """
    asked = {atom for size in sizes for atom in _all_atoms(size)}
    place = 0
    while place < min(len(factors), len(sizes)) and factors[place].size == sizes[place]:
        place += 1
    if not 0 < place < len(sizes) - 1 or place >= len(factors) - 1 or any(size.constant == -1 for size in sizes):
        return
    value, (here, *rest) = sizes[place].constant, factors[place:]
    unnamed = [f for f in (here, *rest) if not f.is_hole and f.size.atom is not None and f.size.atom not in asked]
    if value is not None and 1 < value <= _SMALL and unnamed[:1] == [here] and len(unnamed) > 1:
        here.size = Size(value)


def _assign(factors: list[Factor], sizes: list[Size]) -> set[int]:
    """Find the targets that hold each factor; returns those that hold something of no known factor."""
    unnamed: set[int] = set()
    in_sources: dict[Atom, list[tuple[int, int]]] = {}
    in_targets: dict[Atom, list[tuple[int, int]]] = {}
    for i, factor in enumerate(factors):
        for atom, power in factor.size.atoms:
            in_sources.setdefault(atom, []).append((i, power))
    for j, size in enumerate(sizes):
        for atom, power in size.atoms:
            in_targets.setdefault(atom, []).append((j, power))
    for atom, sources in in_sources.items():
        targets = in_targets.get(atom)
        if targets is None:
            for i, _ in sources:
                factors[i].loose = True
        elif len(sources) == 1 and len(targets) == 1 and sources[0][1] == targets[0][1]:
            factors[sources[0][0]].places.add(targets[0][0])
        else:
            even = sum(power for _, power in sources) == sum(power for _, power in targets)
            for i, _ in sources:
                factors[i].options.append(frozenset(j for j, _ in targets) if even else _ANYWHERE)
    for atom, targets in in_targets.items():
        if atom not in in_sources:
            unnamed.update(j for j, _ in targets)
    _assign_numbers(factors, sizes, unnamed)
    return unnamed


def _assign_numbers(factors: list[Factor], sizes: list[Size], unnamed: set[int]) -> None:
    """The whole numbers: equal ones, then one that is the product of several of the other side."""
    sources = {i: factor.size.number for i, factor in enumerate(factors) if factor.size.number > 1}
    targets = {j: size.number for j, size in enumerate(sizes) if size.number > 1}
    for i, value in list(sources.items()):
        same_sources = [k for k, v in sources.items() if v == value]
        same_targets = [k for k, v in targets.items() if v == value]
        if len(same_sources) == 1 and len(same_targets) == 1:
            factors[i].places.add(same_targets[0])
            del sources[i], targets[same_targets[0]]
        elif same_targets:
            # a small number may as well come from a larger one
            even = value > _SMALL and len(same_sources) == len(same_targets)
            factors[i].options.append(frozenset(same_targets) if even else _ANYWHERE)
    for i, value in list(sources.items()):
        parts = _only_subset(targets, value)
        if parts:
            factors[i].places.update(parts)
            del sources[i]
            for j in parts:
                del targets[j]
    for j, value in list(targets.items()):
        parts = _only_subset(sources, value)
        if parts:
            for i in parts:
                factors[i].places.add(j)
                del sources[i]
            del targets[j]
    for i in sources:
        if not factors[i].vague:
            factors[i].loose = True
    unnamed.update(targets)


def _only_subset(numbers: dict[int, int], value: int) -> tuple[int, ...] | None:
    """The keys whose numbers multiply to `value`, if there is only one such choice."""
    found: list[tuple[int, ...]] = []
    keys = list(numbers)[:6]
    for count in range(2, len(keys) + 1):
        for chosen in combinations(keys, count):
            total = 1
            for key in chosen:
                total *= numbers[key]
            if total == value:
                found.append(chosen)
    return found[0] if len(found) == 1 else None


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
    from dataclasses import replace

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
    from dataclasses import replace

    axes: list[Axis] = []
    for j, size in enumerate(targets):
        if size.constant == -1:
            axes.append(shapes.fresh(node, context, j))
        else:
            axes.append(() if size.constant == 1 else (size,))
    return replace(source, front=tuple(axes), hole=None, back=(), batch=None, story=())
