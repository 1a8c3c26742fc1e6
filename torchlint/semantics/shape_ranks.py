"""Ranks: how many dimensions the code itself shows that tensors have."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from typing import TYPE_CHECKING

from torchlint.semantics.functions import Function
from torchlint.semantics.nodes import Attr, Call, Const, Node, Part, Starred
from torchlint.semantics.shape_sizes import ShapeSizes

if TYPE_CHECKING:
    from torchlint.semantics.evaluate import Evaluator
    from torchlint.semantics.sizes import Size
    from torchlint.semantics.values import Context


class ShapeRanks(ShapeSizes):
    """The part of `Shapes` that knows of ranks."""

    def __init__(self, evaluator: Evaluator) -> None:
        super().__init__(evaluator)
        #: values whose sizes are all unpacked into variables
        self._unpacked: set[Hashable] = set()
        self._learnt: set[tuple[int, Context | None]] = set()

    def _clear(self) -> None:
        raise NotImplementedError

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
        places += self._helpers(function, context)
        for place in places:
            key = (id(place[0]), place[1])
            if key not in self._learnt:
                self._learnt.add(key)
                self._learn(*place)
                self._clear()

    def _helpers(self, function: Function, context: Context | None) -> Iterator[tuple[Function, Context]]:
        """The functions of the project that give `function` values: `q, k, v = self.split(x)`."""
        given = (value for values in function.bindings.values() for value in values)
        calls = (value.base if isinstance(value, Part) else value for value in given)
        for call in dict.fromkeys(call for call in calls if isinstance(call, Call)):
            for callee in self.evaluator.values(call.func, context):
                frame = self.evaluator.entered(callee, call, context)
                if frame is not None:
                    yield frame.function, frame

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
            bases = {atom.base for axis in shape.front for size in axis for atom, _ in size.atoms}
            if len(bases) == 1 and rank != len(shape.front):
                # two branches disagree, each for another tensor
                self._ranks.update({base: None for base in bases if base in self._ranks})
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
