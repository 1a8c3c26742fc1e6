"""Whether it matters in which mode a network is, and whether its mode is known."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from torchlint.semantics.born_in_eval import is_made_in_eval, maker_of
from torchlint.semantics.forwards import EVAL, Forward, is_explicit, trains_in_evaluation
from torchlint.semantics.layers import is_undefined
from torchlint.semantics.nodes import Param
from torchlint.semantics.sensitivity import FUEL
from torchlint.semantics.switches import knows_eval_mode
from torchlint.semantics.values import Instance, Opaque

if TYPE_CHECKING:
    from torchlint.semantics.execution import Walk
    from torchlint.semantics.training import State, TrainingListener


def matters(forward: Forward, listener: TrainingListener) -> bool:
    """Whether the network has Dropout or BatchNorm; one of unknown make has, if its mode is ever switched."""
    value = forward.value
    if listener.places.is_module(value):
        with listener.evaluator.aside(FUEL):
            sensitivity = listener.places.sensitivity
            if sensitivity.is_certain(value):
                return True
            if is_explicit(forward) and isinstance(value, Instance) and sensitivity.is_open(value):
                # who only ever says `train()` may do so for form's sake
                return knows_eval_mode(forward.call.function.module) and not listener.places.is_modeless(value)
            # who switches modes around an evaluation has a network in mind for which it matters
            if trains_in_evaluation(forward):
                return sensitivity.is_possible(value)
            return any(mode.name == EVAL for mode in forward.modes) and sensitivity.is_possible_as_made(value)
    if not isinstance(value, Opaque) or not is_explicit(forward) or listener.places.is_modeless(value):
        return False
    if isinstance(value.node, Param) and forward.call.function.module.project.has_no_modes():
        return False
    return not is_undefined(value, listener.evaluator)


def is_mostly_without(forward: Forward, forwards: Iterable[Forward], listener: TrainingListener) -> bool:
    """Whether an option decides which network is called, and most of the known ones have no Dropout or BatchNorm."""
    options = dict.fromkeys(
        o.value for o in forwards if o.call is forward.call and o.moment.stack == forward.moment.stack
    )
    known = [option for option in options if isinstance(option, Instance)]
    with listener.evaluator.aside(FUEL):
        without = [option for option in known if listener.places.sensitivity.is_none(option)]
    return 2 * len(without) > len(known)


def is_switched_elsewhere(forward: Forward, walk: Walk[State]) -> bool:
    """Whether a network that nobody was seen to switch is put into eval mode where it is made, in a function that is
    no part of what led here: `if self.model is None: self.load()`.
    """
    if is_explicit(forward) or not is_made_in_eval(forward.value):
        return False
    maker, frame = maker_of(forward.value), walk.context
    while frame is not None and frame.function is not maker:
        frame = frame.caller
    return frame is None and maker is not forward.call.function
