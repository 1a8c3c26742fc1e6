"""Where the calls of a function stand in its order of execution: in which loops, and whether a jump follows."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from torchlint.semantics.nodes import Call
from torchlint.semantics.traces import Jump, LoopStep, Store, blocks, calls_in

if TYPE_CHECKING:
    from torchlint.semantics.functions import Function
    from torchlint.semantics.nodes import Guards
    from torchlint.semantics.traces import Trace

#: jumps that leave a loop or the function
_LEAVING = frozenset({"return", "break", "raise"})


class Position(NamedTuple):
    #: rank in the order of the source
    rank: int
    #: the loops around it, outermost first
    loops: tuple[LoopStep, ...]
    #: whether the block it stands in leaves the loop, or the function, when it is done
    leaves: bool


class Order:
    """The positions of the calls and stores of one function."""

    def __init__(self, function: Function) -> None:
        self.positions: dict[int, Position] = {}
        self._read(function.trace, (), False)

    def of(self, step: Call | Store) -> Position | None:
        return self.positions.get(id(step))

    def _read(self, trace: Trace, loops: tuple[LoopStep, ...], leaves: bool) -> None:
        leaving = leaves or any(isinstance(step, Jump) and step.kind in _LEAVING for step in trace)
        for step in trace:
            if isinstance(step, (Call, Store)):
                self.positions[id(step)] = Position(len(self.positions), loops, leaving)
            elif isinstance(step, LoopStep):
                self._read(step.body, (*loops, step), False)
                self._read(step.orelse, loops, leaving)
            else:
                for block in blocks(step):
                    self._read(block, loops, leaving)


def entry_guards(loop: LoopStep) -> Guards:
    """The conditions that hold for every call of a loop's body."""
    calls = calls_in(loop.body)
    shared = calls[0].guards if calls else ()
    for call in calls:
        shared = tuple(guard for guard in shared if guard in call.guards)
    return shared
