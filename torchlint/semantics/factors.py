"""Factors: the sizes that a tensor is made of, put in the words of a view, and where their parts are in it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import combinations
from typing import TYPE_CHECKING

from torchlint.semantics.sizes import ONE, Atom, Size

if TYPE_CHECKING:
    from torchlint.semantics.shape import Shape

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


def factors_of(source: Shape) -> list[Factor]:
    factors = [Factor(size.without_ones(), i) for i, axis in enumerate(source.front) for size in axis]
    if source.hole is not None:
        # of a tensor that is not looked into, which may be a number, or of one with three dimensions and more by name
        named = source.hole.start - source.hole.stop
        factors.append(Factor(ONE, len(source.front), is_hole=True, may_be_empty=named == 0 or named > 2))
        start = len(source.front) + 1
        factors += [Factor(size.without_ones(), start + i) for i, axis in enumerate(source.back) for size in axis]
    return factors


def rewrite(factors: list[Factor], sizes: list[Size], facts: Iterable[Fact]) -> None:
    """Put equal sizes in the same words: by the facts, and `C` as `h * (C // h)` where one asks for `C // h`."""

    def everywhere(old: Size, new: Size) -> None:
        for factor in factors:
            factor.size = substituted(factor.size, old, new)
        sizes[:] = [substituted(size, old, new) for size in sizes]

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
        for atom in all_atoms(size)
        if atom.ratio is not None
    }
    for atom in sorted(ratios, key=lambda item: item.serial):
        assert atom.ratio is not None
        whole, part = atom.ratio
        for one, other in equal:
            whole, part = substituted(whole, one, other), substituted(part, one, other)
        if whole.atoms and not whole.contains(atom):
            everywhere(whole, part.times(Size(1, ((atom, 1),))))


def _as_numbers(factors: list[Factor], sizes: list[Size]) -> None:
    """Numbers that got a name on the way into a function are numbers again, if nobody asks for the name."""
    asked = {atom for size in sizes for atom in all_atoms(size)}
    for factor in factors:
        for atom, power in factor.size.atoms:
            if atom.is_number and atom not in asked and atom.value is not None:
                rest = factor.size.over(Size(1, ((atom, power),)))
                assert rest is not None
                factor.size = rest.times(Size(atom.value**power))


def substituted(size: Size, old: Size, new: Size) -> Size:
    rest = size.over(old)
    if rest is None or size.constant is not None:
        return size
    return rest.times(new).without_ones()


def line_up(factors: list[Factor], sizes: list[Size]) -> None:
    """After sizes that are the same on both sides, a number of the view may be the next dimension, if that has no name.

    (B, N, n, f, 2) as (B, N, 2, D) is in order where n is 2 and D is f * 2: the last dimension proves nothing.
    """
    asked = {atom for size in sizes for atom in all_atoms(size)}
    place = 0
    while place < min(len(factors), len(sizes)) and factors[place].size == sizes[place]:
        place += 1
    if not 0 < place < len(sizes) - 1 or place >= len(factors) - 1 or any(size.constant == -1 for size in sizes):
        return
    value, (here, *rest) = sizes[place].constant, factors[place:]
    unnamed = [f for f in (here, *rest) if not f.is_hole and f.size.atom is not None and f.size.atom not in asked]
    if value is not None and 1 < value <= _SMALL and unnamed[:1] == [here] and len(unnamed) > 1:
        here.size = Size(value)


def assign(factors: list[Factor], sizes: list[Size]) -> set[int]:
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


def all_atoms(size: Size) -> Iterable[Atom]:
    for atom, _ in size.atoms:
        yield atom
        if atom.ratio is not None:
            for part in atom.ratio:
                yield from all_atoms(part)
