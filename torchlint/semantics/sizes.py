"""Symbolic sizes of dimensions: a whole number times named unknowns, such as `2 * heads * x.size(1)`."""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable
from typing import NamedTuple


class Atom:
    """A size that is not taken apart further. Atoms compare by identity: `Sizes` interns them by key.

    `value` is its number where that is known; `default` what it is unless somebody says otherwise. `base` and
    `index` tell of which value it is which dimension. `ratio` is (a, b) for what is written `a // b`. `padded`
    marks the size of a dimension that was put together from several pieces, `is_number` one that has no other name
    than the variable or parameter that holds it, `derived` one that an operation gives.
    """

    __slots__ = (
        "base", "default", "derived", "index", "is_number", "key", "name", "padded", "ratio", "serial", "value",
    )  # fmt: skip

    def __init__(self, key: Hashable, name: str, serial: int) -> None:
        self.key, self.name, self.serial = key, name, serial
        self.value: int | None = None
        self.default: int | None = None
        self.base: Hashable = None
        self.index = 0
        self.ratio: tuple[Size, Size] | None = None
        self.padded = False
        self.is_number = False
        self.derived = False

    def __repr__(self) -> str:
        return self.name

    @property
    def is_one(self) -> bool:
        return self.value == 1

    @property
    def may_be_one(self) -> bool:
        """Whether it is 1 for all that the code says, unless it is used in an unusual way."""
        return self.value == 1 or (self.value is None and self.default == 1)


class Size(NamedTuple):
    """`number` times the product of the atoms, each to a power of 1 or more; atoms are in order of age."""

    number: int
    atoms: tuple[tuple[Atom, int], ...] = ()

    def __repr__(self) -> str:
        return str(self)

    def __str__(self) -> str:
        names = [atom.name if power == 1 else f"{atom.name} ** {power}" for atom, power in self.atoms]
        if len(names) > 1 or (names and self.number != 1):
            names = [f"({name})" if " " in name and "**" not in name else name for name in names]
        if self.number != 1 or not names:
            names.insert(0, str(self.number))
        return " * ".join(names)

    @property
    def atom(self) -> Atom | None:
        """The atom that it is, None if it is more or less than one."""
        if self.number == 1 and len(self.atoms) == 1 and self.atoms[0][1] == 1:
            return self.atoms[0][0]
        return None

    @property
    def constant(self) -> int | None:
        return None if self.atoms else self.number

    @property
    def known(self) -> int | None:
        """The number that it is, also where names stand for numbers."""
        values = [atom.value for atom, power in self.atoms for _ in range(power)]
        return None if None in values else math.prod([self.number, *(value for value in values if value is not None)])

    def contains(self, atom: Atom) -> bool:
        return any(item is atom for item, _ in self.atoms)

    def times(self, other: Size) -> Size:
        """The plain product."""
        powers = dict(self.atoms)
        for atom, power in other.atoms:
            powers[atom] = powers.get(atom, 0) + power
        return Size(self.number * other.number, _ordered(powers))

    def over(self, other: Size) -> Size | None:
        """The quotient if it is exact, else None."""
        if other.number == 0 or self.number % other.number:
            return None
        powers = dict(self.atoms)
        for atom, power in other.atoms:
            left = powers.get(atom, 0) - power
            if left < 0:
                return None
            powers[atom] = left
        return Size(self.number // other.number, _ordered(powers))

    def without_ones(self) -> Size:
        return Size(self.number, tuple((atom, power) for atom, power in self.atoms if not atom.is_one))


ONE = Size(1)


def _ordered(powers: dict[Atom, int]) -> tuple[tuple[Atom, int], ...]:
    return tuple(sorted(((a, p) for a, p in powers.items() if p), key=lambda item: item[0].serial))


def number(value: int) -> Size:
    return Size(value)


def product(sizes: Iterable[Size]) -> Size:
    """The product, in which `b * (a // b)` is `a` again."""
    result = ONE
    for size in sizes:
        result = result.times(size)
    changed = True
    while changed:
        changed = False
        for atom, _ in result.atoms:
            if atom.ratio is None:
                continue
            whole, part = atom.ratio
            rest = result.over(part.times(Size(1, ((atom, 1),))))
            if rest is not None:
                result = rest.times(whole)
                changed = True
                break
    return result


class Sizes:
    """Makes atoms, each once per key."""

    def __init__(self) -> None:
        self._atoms: dict[Hashable, Atom] = {}

    def clear(self) -> None:
        self._atoms.clear()

    def atom(self, key: Hashable, name: str) -> Atom:
        found = self._atoms.get(key)
        if found is None:
            found = self._atoms[key] = Atom(key, name, len(self._atoms))
        return found

    def named(self, key: Hashable, name: str, value: int | None = None, default: int | None = None) -> Size:
        atom = self.atom((key, value), name)
        atom.value, atom.default = value, default
        return Size(1, ((atom, 1),))

    def dimension(self, base: Hashable, index: int, name: str) -> Size:
        atom = self.atom(("dim", base, index), f"{name}.size({index})")
        atom.base, atom.index = base, index
        return Size(1, ((atom, 1),))

    def quotient(self, left: Size, right: Size) -> Size:
        exact = left.over(right)
        if exact is not None:
            return exact
        if left.constant is not None and right.constant:
            return Size(left.number // right.number)
        if left.atom is not None and left.atom.ratio is not None:
            whole, part = left.atom.ratio
            exact = whole.over(right)
            if exact is not None:
                return self.quotient(exact, part)  # `(h * w // a) // w` is `h // a`
        key = ("div", left, right)
        atom = self.atom(key, f"{_grouped(left)} // {_grouped(right)}")
        atom.ratio = (left, right)
        return Size(1, ((atom, 1),))

    def combined(self, op: str, sign: str, left: Size, right: Size) -> Size:
        """A sum, difference or another operation that is not taken apart."""
        operands: Hashable = frozenset((left, right)) if op == "Add" else (left, right)
        return Size(1, ((self.atom((op, operands), f"{_grouped(left)} {sign} {_grouped(right)}"), 1),))


def _grouped(size: Size) -> str:
    text = str(size)
    return f"({text})" if " " in text else text
