"""Optimizers over a whole walk: those that never step, and those that are made anew while their network trains on.

Gradients that are computed and then cleared while nothing in the whole program steps are of no use (TLN109). An
optimizer that is built in each round of a loop forgets its moments, though the network was made before that loop and
learns on (TLN110).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from torchlint.semantics.gradients import display_name
from torchlint.semantics.nodes import Attr, Call, Const, Display, Free, Imported, Item, Loop, Node, Param, Unary, strip
from torchlint.semantics.operations import called_name
from torchlint.semantics.reach import reaches
from torchlint.semantics.traces import calls_in
from torchlint.semantics.values import Instance

if TYPE_CHECKING:
    from torchlint.semantics.execution import Walk
    from torchlint.semantics.places import Key, Place
    from torchlint.semantics.traces import LoopStep
    from torchlint.semantics.training import State, TrainingListener

#: optimizers that keep moments or momentum of the gradients
_WITH_MOMENTS = frozenset({"Adam", "AdamW", "Adamax", "NAdam", "RAdam", "RMSprop", "Adagrad", "Adadelta", "SparseAdam"})

#: what begins anew with an optimizer: another network, or other parameters of it
_BEGINNINGS = ("load_state_dict", "reset", "init", "apply", "freeze", "requires_grad", "grow", "prune")

#: gradients are read, set, or waited for somewhere in a file
_GRADIENT = re.compile(rb"\.grad\b|backward_hook|register_hook")

#: calls that draw the batches of what they are given
_PASSING = frozenset({"enumerate", "tqdm", "trange", "zip", "iter", "reversed", "track", "items", "values"})


class Stepping:
    """What happens to each optimizer in one walk."""

    def __init__(self, listener: TrainingListener) -> None:
        self._listener = listener
        #: by optimizer: the clearing that threw its gradients away, and the backward that had made them
        self._thrown: dict[Place, tuple[Call, Call]] = {}
        #: something stepped, or may have
        self.may_have_stepped = False
        #: calls of `step` that are those of a scheduler
        self._schedules: set[Call] = set()
        #: the loops in which each optimizer was made
        self._born: dict[Instance, tuple[LoopStep, ...]] = {}

    # ------------------------------------------------------------- TLN109

    def thrown(self, place: Place, clearing: Call, backward: Call | None, walk: Walk[State]) -> None:
        """Gradients were cleared that no step has used."""
        if backward is not None and _loops(walk):
            self._thrown.setdefault(place, (clearing, backward))

    def may_step(self) -> None:
        self.may_have_stepped = True

    def called(self, name: str, call: Call, walk: Walk[State]) -> None:
        """A call that is not entered."""
        if "step" not in name and "optimize" not in name:
            return
        base = call.func.base if isinstance(call.func, Attr) else None
        values = self._listener.evaluator.values(base, walk.context) if base is not None else ()
        if values and all(isinstance(value, Instance) and _is_scheduler(value) for value in values):
            self._schedules.add(call)
        else:
            self.may_have_stepped = True

    def ended(self, walk: Walk[State], state: State) -> None:
        """The whole program was walked."""
        if self.may_have_stepped or not walk.complete:
            return
        for place, (clearing, backward) in self._thrown.items():
            made = [key.call for key in place if isinstance(key, Instance) and key.call is not None]
            item = state.gradients.optimizers.get(place)
            if len(made) != len(place) or (item is not None and item.unknown):
                continue
            modules = {call.function.module for call in (clearing, backward, *made)}
            steps = [call for module in modules for call in module.calls_by_name.get("step", ())]
            if not self._schedules.issuperset(steps) or any(_GRADIENT.search(module.source.data) for module in modules):
                # somebody else may step, or it is the gradients that are wanted
                continue
            if backward.function.module.is_test:
                # a test of one part trains nothing
                continue
            assert isinstance(clearing.func, Attr)
            subject = display_name(clearing.func.base, clearing.function)
            self._listener.report(
                "never-stepped",
                backward.function.module.site(backward),
                subject,
                (clearing.function.module.site(clearing), "its gradients are cleared here, and nothing has used them"),
                *((call.function.module.site(call), f"{subject} is created here") for call in made),
            )

    # ------------------------------------------------------------- TLN110

    def made(self, value: Instance, walk: Walk[State]) -> None:
        self._born[value] = _loops(walk)

    def stepped(self, target: Node, place: Place, call: Call, walk: Walk[State]) -> None:
        """An optimizer has stepped: was it made in an outer loop that goes on with the same network?"""
        loops = _loops(walk)
        for key in place:
            if not isinstance(key, Instance) or key.call is None or key not in self._born or not _has_moments(key):
                continue
            outer = self._born[key]
            if len(loops) != len(outer) + 1 or loops[: len(outer)] != outer or not outer:
                continue
            epochs, batches = outer[-1], loops[-1]
            if (
                any(step is key.call for step in epochs.body)
                and not any(map(_begins_anew, calls_in(epochs.body)))
                and all(_is_fixed(value) for value in _settings(key.call))
                and not _is_drawn(key.call, epochs)
                and self._trains_on(key, epochs)
                and self._is_same_data(batches, epochs, walk)
            ):
                self._listener.report(
                    "rebuilt",
                    key.call.function.module.site(key.call),
                    display_name(target, call.function),
                    (call.function.module.site(call), "it steps here, for each batch"),
                )

    def _trains_on(self, optimizer: Instance, epochs: LoopStep) -> bool:
        """Whether the networks of an optimizer were made before a loop."""
        modules = self._listener.places.modules_of(optimizer)
        return bool(modules) and all(_is_older(key, epochs) for key in modules or ())

    def _is_same_data(self, batches: LoopStep, epochs: LoopStep, walk: Walk[State]) -> bool:
        """Whether a loop draws batches of something that the loop around it did not make or choose."""
        if batches.kind != "for" or not _goes_through(batches.source):
            return False
        values = self._listener.evaluator.values(looped_over(batches.source), walk.context)
        return all(not isinstance(value, Instance) or _is_older(value, epochs) for value in values)


def _loops(walk: Walk[State]) -> tuple[LoopStep, ...]:
    return tuple(region.loop for region in walk.regions if region.loop is not None)


def _begins_anew(call: Call) -> bool:
    """Whether a call may give the network other weights, or make another network of it."""
    name = called_name(call)
    if "copy" in name:
        # the best weights are kept
        kept = strip(call.args[0]) if call.args else None
        return not (isinstance(kept, Call) and called_name(kept) == "state_dict")
    return any(word in name for word in _BEGINNINGS)


def _is_older(key: Key, loop: LoopStep) -> bool:
    """Whether an object was made before a loop, and not by one of its rounds."""
    if not isinstance(key, Instance):
        return isinstance(key, tuple) and key[0] == "param"
    inside = calls_in(loop.body)
    call, context = key.call, key.context
    while call is not None:
        if any(call is other for other in inside):
            return False
        call, context = (context.call, context.caller) if context is not None else (None, None)
    return key.call is not None


def _is_scheduler(value: Instance) -> bool:
    return "lr_scheduler" in value.name or value.last.endswith(("LR", "Scheduler"))


def _has_moments(optimizer: Instance) -> bool:
    if optimizer.cls is not None or optimizer.call is None or not optimizer.name.startswith("torch.optim"):
        return False
    if optimizer.last == "SGD":
        momentum = optimizer.call.keyword("momentum")
        return isinstance(momentum, Const) and isinstance(momentum.value, float) and momentum.value > 0
    return optimizer.last in _WITH_MOMENTS


def _settings(call: Call) -> list[Node]:
    """The arguments of an optimizer but for its parameters."""
    return [*call.args[1:], *(value for name, value in call.keywords if name != "params")]


def _is_drawn(call: Call, loop: LoopStep) -> bool:
    """Whether an optimizer is made for what a loop draws, `for model in models`: another network in each round."""
    given = (*call.args[:1], *(value for name, value in call.keywords if name == "params"))
    return loop.target is not None and any(reaches(value, {id(loop.target)}) for value in given)


def _is_fixed(node: Node) -> bool:
    """Whether a value is the same in each round, as a learning rate that decays is not."""
    node = strip(node)
    if isinstance(node, (Attr, Unary, Display)):
        return all(map(_is_fixed, node.parts()))
    return isinstance(node, (Const, Free, Imported, Param))


def looped_over(source: Node) -> Node:
    """What is looped over, without `enumerate` and progress bars around it."""
    return strip(_passed(source))


def _passed(source: Node) -> Node:
    node = strip(source)
    while isinstance(node, Call) and called_name(node) in _PASSING and node.args:
        source = node.args[0]
        node = strip(source)
    return source


def _goes_through(source: Node) -> bool:
    """Whether a loop goes through data that is there before the loops begin, as far as its own text tells."""
    data = _passed(source)
    if isinstance(data, Loop) and data.next is None:
        # a variable from before the loop around it, that nothing in there changes
        return True
    while isinstance(data, Attr) or (isinstance(data, Item) and _is_fixed(data.index)):
        data = strip(data.base)
    return isinstance(data, (Free, Param, Imported)) or (isinstance(data, Call) and called_name(data) == "DataLoader")
