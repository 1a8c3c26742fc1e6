"""What TLN401 and TLN402 share: telling which dimensions a view mixes up, and what to write instead."""

from __future__ import annotations

import ast
import re
from functools import cached_property
from typing import TYPE_CHECKING

from torchlint.rules.base import Problem
from torchlint.semantics.nodes import Attr, Call, Const, Item, Loop, Node, Part
from torchlint.semantics.sizes import Atom, Size, product
from torchlint.semantics.views import wrong_views

if TYPE_CHECKING:
    from collections.abc import Iterator

    from torchlint.semantics.factors import Factor
    from torchlint.semantics.module import Module, Site
    from torchlint.semantics.shape import Axis
    from torchlint.semantics.views import WrongView

TRIGGERS = (b".view(", b"reshape(")

#: An author who says so knows what a view does to the order.
_INTENDED = re.compile(
    r"order (does|do|is)( not|n'?t| no) (matter|import|relevant)|intention|intended|on purpose|deliberate",
    re.IGNORECASE,
)


def problems(module: Module, folds_batch: bool) -> Iterator[tuple[WrongView, Story]]:
    """The wrong views of a module that do, or don't, fold the batch into another dimension."""
    for view in wrong_views(module):
        if _folds_batch(view) is folds_batch and not _INTENDED.search(module.comment(view.call)):
            yield view, Story(module, view)


def _folds_batch(view: WrongView) -> bool:
    """Whether all that is wrong is a target written as the batch size times a size that is not its neighbour."""
    result = view.regrouping
    batch = next((f for f in result.factors if not f.is_hole and f.size == result.source.batch), None)
    if batch is None and result.source.front:
        batch = next((f for f in result.factors if f.axis == 0), None)
    if batch is None:
        return False
    folded = {j for j in batch.places if result.targets[j].constant != -1}
    if not any(f is not batch and f.places & folded for f in result.factors):
        return False
    return all(left.places & folded or right.places & folded for left, right in result.moved)


class Story:
    """The names and places of one wrong view."""

    def __init__(self, module: Module, view: WrongView) -> None:
        self.module, self.view = module, view
        self.shapes = module.evaluator.shapes
        self._names: dict[Atom, str] = {}
        #: where the user reads a size, the variable, and the tensor
        self._places: dict[Atom, tuple[Site, str, str]] = {}
        self._read_names()

    def _read_names(self) -> None:
        """What the user calls the sizes: as written in the view, else by the variables that hold them."""
        self.shapes.begin(self.view.world)
        result, context = self.view.regrouping, self.view.context
        if self._written is not None:
            for size, text in zip(result.targets, self._written, strict=True):
                if size.atom is not None and not size.atom.is_number:
                    self._names.setdefault(size.atom, text)
        for name, values in self.view.call.function.bindings.items():
            for value in values:
                if isinstance(value, (Attr, Const)) or name == "_":
                    continue
                atom = self.shapes.size(value, context).atom
                if atom is None:
                    continue
                self._names.setdefault(atom, name)
                owner = self._owner(value)
                if owner and atom.base is not None:
                    self._places.setdefault(atom, (self.module.site(value), name, owner))

        for i, axis in enumerate(result.source.front):
            atom = product(axis).atom
            if atom is not None and self._is_foreign(atom) and self.tensor.isidentifier():
                self._names.setdefault(atom, f"{self.tensor}.size({i})")

    def _is_foreign(self, atom: Atom) -> bool:
        """Whether a size is called `x.size(0)` after the `x` of another function."""
        owner, size, _ = atom.name.partition(".size(")
        shapes = (
            self.shapes.shape(value, self.view.context) for value in self.view.call.function.bindings.get(owner, ())
        )
        return bool(size) and not any(product(axis).atom is atom for shape in shapes for axis in shape.front)

    def _owner(self, value: Node) -> str:
        """The tensor whose size is taken: `x` for `x.size(0)` and for a part of `x.shape`."""
        while isinstance(value, (Part, Item)):
            value = value.base
        if isinstance(value, Call):
            value = value.func
        return self.module.text(value).rpartition(".")[0] if isinstance(value, Attr) else ""

    @cached_property
    def _written(self) -> list[str] | None:
        """The sizes as they are written in the view, None if they are not written out."""
        try:
            node = ast.parse(self.module.text(self.view.call).strip(), mode="eval").body
        except SyntaxError:
            return None
        if not isinstance(node, ast.Call):
            return None
        args = node.args[len(node.args) - len(self.view.regrouping.targets) :]
        if node.args and isinstance(node.args[-1], (ast.Tuple, ast.List)):
            args = node.args[-1].elts
        if len(args) != len(self.view.regrouping.targets) or any(isinstance(arg, ast.Starred) for arg in args):
            return None
        return [ast.unparse(arg) for arg in args]

    # ---------------------------------------------------------------- names

    @property
    def tensor(self) -> str:
        """The tensor as the user wrote it, if that is short."""
        func = self.view.call.func
        if isinstance(func, Attr) and func.base is self.view.tensor:
            text = self.module.text(func).rpartition(".")[0].rstrip()
        else:
            text = self.module.text(_origin(self.view.tensor))
        return text if text and len(text) <= 40 else "the tensor"

    @property
    def method(self) -> str:
        func = self.view.call.func
        return func.name if isinstance(func, Attr) else "reshape"

    def size(self, size: Size) -> str:
        parts = [self._atom(atom) for atom, power in size.atoms for _ in range(power)]
        if size.number != 1 or not parts:
            parts.insert(0, str(size.number))
        return " * ".join(f"({part})" if " " in part and len(parts) > 1 else part for part in parts)

    def _atom(self, atom: Atom) -> str:
        if atom in self._names:
            return self._names[atom]
        if atom.ratio is not None:
            whole, part = (self.size(size) for size in atom.ratio)
            return f"{whole} // {part}"
        return str(atom.value) if atom.is_number else atom.name

    def axis(self, axis: Axis) -> str:
        return self.size(product(axis))

    @property
    def source(self) -> str:
        shape = self.view.regrouping.source
        names = [self.axis(axis) for axis in shape.front]
        if shape.hole is not None:
            names += ["...", *(self.axis(axis) for axis in shape.back)]
        return f"({', '.join(names)})"

    @property
    def target(self) -> str:
        return f"({', '.join(self.targets)})"

    @property
    def targets(self) -> list[str]:
        return self._written or [self.size(size) for size in self.view.regrouping.targets]

    def factor(self, factor: Factor) -> str:
        return "the dimensions in the middle" if factor.is_hole else f"`{self.size(factor.size)}`"

    # -------------------------------------------------------------- the fix

    @property
    def help(self) -> str:
        return (
            self._permuted()
            or self._split()
            or (
                f"{self.method} never moves elements: reorder the dimensions with `permute` or `transpose`, "
                f"and let {self.method} only split or merge neighbours"
            )
        )

    def _permuted(self) -> str:
        """If every dimension goes into one target as a whole: permute, then merge."""
        result = self.view.regrouping
        shape = result.source
        if shape.hole is not None:
            return ""
        order: list[tuple[int, int]] = []
        for i, axis in enumerate(shape.front):
            places = {j for f in result.factors if f.axis == i for j in (f.places or set(result.spare))}
            if not axis:
                places = places or {0}
            if len(places) != 1:
                return ""
            order.append((places.pop(), i))
        order.sort()
        permutation = [i for _, i in order]
        moved = f"{self.tensor}.{_reordering(permutation)}"
        plain = len(result.targets) == len(permutation) and [place for place, _ in order] == list(range(len(order)))
        if plain:
            return f"write `{moved}`: {self.method} keeps the elements in their old order"
        return f"move the dimensions first: `{moved}.reshape({', '.join(self.targets)})`"

    def _split(self) -> str:
        """If every target holds a part of one dimension: split in order, then permute."""
        result = self.view.regrouping
        places: dict[int, int] = {}
        for place, factor in enumerate(result.factors):
            for j in factor.places or set(result.spare):
                if j in places:
                    return ""
                places[j] = place
        ones = [j for j, size in enumerate(result.targets) if size.constant == 1]
        if set(places) | set(ones) != set(range(len(result.targets))) or ones:
            return ""
        in_order = sorted(places, key=lambda j: (places[j], j))
        back = [in_order.index(j) for j in range(len(in_order))]
        targets = self.targets
        return (
            f"split in the order of memory, then move: "
            f"`{self.tensor}.{self.method}({', '.join(targets[j] for j in in_order)}).{_reordering(back)}`"
        )

    # -------------------------------------------------------------- places

    @property
    def related(self) -> tuple[tuple[Site, str], ...]:
        found: list[tuple[Site, str]] = []
        for factor in self.view.regrouping.moved[0]:
            for atom, _ in factor.size.atoms:
                if atom in self._places:
                    site, name, owner = self._places[atom]
                    if all(site.n != other.n for other, _ in found):
                        found.append((site, f"`{name}` is dimension {atom.index} of `{owner}`"))
        found += [item for item in self.view.regrouping.source.story if all(item[0].n != s.n for s, _ in found)]
        frame = self.view.context
        if frame is not None and frame.call is not None and not frame.function.is_lambda:
            call = frame.call
            found.append((call.function.module.site(call), f"{frame.function.name} is called here"))
        return tuple(found[:4])

    @property
    def moved(self) -> str:
        left, right = self.view.regrouping.moved[0]
        return f"{self.factor(left)} and {self.factor(right)}"

    def problem(self, message: str) -> Problem:
        return Problem(self.module.site(self.view.call), message, self.help, self.related)


def _origin(node: Node) -> Node:
    while isinstance(node, Loop):
        node = node.init
    return node


def _reordering(permutation: list[int]) -> str:
    changed = [i for i, j in enumerate(permutation) if i != j]
    if len(changed) == 2:
        return f"transpose({changed[0]}, {changed[1]})"
    return f"permute({', '.join(map(str, permutation))})"
