"""Calls of networks, the modes that the networks are in then, and questions about one call or two."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from torchlint.semantics.execution import Moment, Region
from torchlint.semantics.gradients import display_name
from torchlint.semantics.knowledge import training as known
from torchlint.semantics.layers import is_self
from torchlint.semantics.nodes import Attr, Call, Element, Loop, Node, strip
from torchlint.semantics.places import Key
from torchlint.semantics.reach import hands_back, origins
from torchlint.semantics.switches import is_asked_for, is_for_now, is_repeated, is_toggled, is_weighed
from torchlint.semantics.traces import calls_in, loops_in
from torchlint.semantics.values import Context, Value

if TYPE_CHECKING:
    from torchlint.semantics.execution import Walk
    from torchlint.semantics.module import Site
    from torchlint.semantics.training import State

TRAIN, EVAL, UNKNOWN = "train", "eval", "unknown"


@dataclass(frozen=True)
class Mode:
    """A mode that a network may be in, and the last switch that set it (None: since it was created)."""

    name: str
    switch: Moment | None = None
    call: Call | None = None
    #: the first of the switches to this mode without another mode in between
    entered: Moment | None = None


Modeset = frozenset[Mode]


@dataclass(frozen=True, eq=False)
class Forward:
    """A call of a network under way to a loss."""

    key: Key
    value: Value
    call: Call
    moment: Moment
    modes: Modeset
    round: Region
    #: the loop or function that is an evaluation, if the forward is in one
    evaluation: Region | None

    @cached_property
    def calls(self) -> set[int]:
        """The call, and those that lead to it and give its result back."""
        found, inner = {id(self.call)}, self.call
        for entry in reversed(self.moment.stack):
            if not hands_back(inner.function, inner):
                break
            found.add(id(entry))
            inner = entry
        return found


def is_explicit(forward: Forward) -> bool:
    """Whether somebody put the network into the mode that it is in."""
    return any(mode.call is not None for mode in forward.modes)


def is_wanted(forward: Forward) -> bool:
    """Whether the function that evaluates was asked for train mode, or goes back to eval mode after each forward, or to
    the mode from before at its end, or repeats all its passes (Monte Carlo dropout), or says why it is so.
    """
    loop = forward.round.loop
    calls = forward.call.function.calls if loop is None else list(calls_in(loop.body))
    return all(
        mode.call is not None
        and mode.switch is not None
        and not has_returned(mode.switch, forward.moment)
        and (
            is_asked_for(mode.call, forward.call)
            or is_for_now(mode.call)
            or is_toggled(mode.call, forward.call, calls)
            or is_repeated(mode.call, forward.call)
            or is_weighed(mode.call)
        )
        for mode in forward.modes
    )


def subject_of(call: Call) -> str:
    func = call.func
    if isinstance(func, Attr) and func.name in ("forward", "module", "generate", "predict"):
        func = func.base
    return display_name(func, call.function, "the network")


def from_outside(forward: Forward) -> tuple[Call, str]:
    """The call that has a network evaluated, and a name of the network there. That is `model.generate(start)` where
    that method does `self(tokens)`: it can't know what it is called for.
    """
    call, subject = forward.call, subject_of(forward.call)
    for entry in reversed(forward.moment.stack):
        whole = subject == "self" and known.is_utterance(call.function.name)
        if not (whole and isinstance(entry.func, Attr)) and not _is_part_of_module(call, forward.evaluation):
            break
        network = entry.func.base if isinstance(entry.func, Attr) else entry.func  # `encode(x)`, given `net.encode`
        call, subject = entry, display_name(network, entry.function, "the network")
    return call, subject


def _is_part_of_module(call: Call, evaluation: Region | None) -> bool:
    """`self.encoder(x)` in `encode`, a method of a network that neither trains it nor goes over data."""
    function = call.function
    goes_over_data = evaluation is not None and evaluation.loop is not None and evaluation.function is function
    if known.is_training(function.name) or goes_over_data:
        return False
    return (
        function.cls is not None
        and "forward" in function.cls.methods
        and isinstance(call.func, Attr)
        and is_self(call.func.base, function)
    )


def is_of_another_round(forward: Forward, walk: Walk[State]) -> bool:
    """Whether a forward is of another element of a loop over constants, such as the validation phase."""
    mine, now = _picks(forward.moment.context), _picks(walk.context)
    return any(now[node] is not item for node, item in mine.items() if node in now)


def is_of_another_frame(forward: Forward, call: Call, walk: Walk[State]) -> bool:
    """Whether a forward belongs to another call of the function that does something now: `run_epoch(net, val_loader)`
    before `run_epoch(net, train_loader, optimizer)`.
    """
    return forward.call.function is call.function and forward.moment.stack != walk.moment.stack


def _picks(context: Context | None) -> dict[int, Node]:
    """The loops over constants around a place, with the element that is drawn."""
    found: dict[int, Node] = {}
    while context is not None:
        if context.picked is not None:
            node, (item, _) = context.picked
            found[id(node)] = item
        context = context.caller
    return found


def is_same_place(one: Forward, other: Forward) -> bool:
    return one.key == other.key and one.call is other.call and one.moment.stack == other.moment.stack


def trains_in_evaluation(forward: Forward) -> bool:
    """Whether the evaluation itself asks for train mode: nobody means that."""
    function = forward.call.function
    return known.is_evaluation(function.name) and all(
        mode.call is not None and mode.call.function is function for mode in forward.modes
    )


def is_restored_by_option(forward: Forward) -> bool:
    """Whether, in the rounds in which a network is trained, train mode is set because an option says so, `if steps > 0:
    net.train()`: the same option may decide whether there is any training.
    """
    around = {id(cond) for cond, _ in forward.call.guards}
    return any(
        mode.name == TRAIN
        and any(
            id(cond) not in around and not any(isinstance(strip(node), (Loop, Element)) for node in origins(cond))
            for cond, _ in mode.call.guards
        )
        and _comes_round(mode.call, forward)
        for mode in forward.modes
        if mode.call is not None and mode.switch is not None and not has_returned(mode.switch, forward.moment)
    )


def _comes_round(switch: Call, forward: Forward) -> bool:
    """Whether a switch is done again in each round in which a forward is: it stands in the same loop, or its function,
    which is under way, is called in one.
    """
    way = [*forward.moment.stack, forward.call]
    own = next((n for n in reversed(range(len(way))) if way[n].function is switch.function), None)
    if own is None:
        return False
    for loop in loops_in(switch.function.trace):
        inside = calls_in(loop.body)
        if switch in inside and way[own] in inside:
            return True
    return any(call in calls_in(loop.body) for call in way[:own] for loop in loops_in(call.function.trace))


def has_returned(switch: Moment, now: Moment) -> bool:
    """Whether the function that switched the mode is over."""
    return len(switch.stack) > len(now.stack) or any(a is not b for a, b in zip(switch.stack, now.stack))


def parting(switch: Moment, call: Call, forward: Moment) -> Site:
    """Where the way to the switch leaves the way to the forward: the call in the function that holds both."""
    depth = 0
    while depth < len(switch.stack) and depth < len(forward.stack) and switch.stack[depth] is forward.stack[depth]:
        depth += 1
    last = switch.stack[depth] if depth < len(switch.stack) else call
    return last.function.module.site(last)
