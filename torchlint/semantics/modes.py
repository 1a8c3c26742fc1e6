"""Train and eval mode of each network, and the two bugs that show in it.

A network starts in train mode. *Evaluation in train mode* (TLN301): a forward without training, in a loop or
function that evaluates, of a network whose mode is certainly train. *Training in eval mode* (TLN302): a forward
that was trained on in train mode comes round again with the network left in eval mode.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from torchlint.semantics.born_in_eval import is_built_on_eval
from torchlint.semantics.branches import is_for_another_caller
from torchlint.semantics.decorators import manages_block
from torchlint.semantics.evaluation import (
    evaluation_region,
    is_application,
    is_last_word,
    is_on_held_out_data,
    is_resampled,
)
from torchlint.semantics.execution import Moment, Region
from torchlint.semantics.forwards import (
    EVAL,
    TRAIN,
    UNKNOWN,
    Forward,
    Mode,
    Modeset,
    from_outside,
    has_returned,
    is_explicit,
    is_of_another_frame,
    is_of_another_round,
    is_restored_by_option,
    is_same_place,
    is_wanted,
    parting,
    subject_of,
)
from torchlint.semantics.functions import Function
from torchlint.semantics.heads import is_frozen_below_head, tells_losses
from torchlint.semantics.knowledge import training as known
from torchlint.semantics.layers import has_weights, is_self, own_object
from torchlint.semantics.membership import (
    drawn_from,
    handed_in,
    is_inner,
    is_of_others,
    owner_of,
    picked_among,
    wholes_of,
)
from torchlint.semantics.mode_effects import is_mostly_without, is_switched_elsewhere, matters
from torchlint.semantics.nodes import Attr, Call, Node
from torchlint.semantics.places import Key, Place
from torchlint.semantics.pretrained import comes_with_weights, is_from_file, keeps_average
from torchlint.semantics.reach import cuts_gradient, hands_back, origins
from torchlint.semantics.results import Reached, is_unused
from torchlint.semantics.sensitivity import FUEL
from torchlint.semantics.switches import asks_for_mode, asks_plain_function, is_asked_for, takes_statistics
from torchlint.semantics.translators import draws_by_dropout
from torchlint.semantics.values import FunctionValue, Instance, Opaque, Value

if TYPE_CHECKING:
    from torchlint.semantics.execution import Walk
    from torchlint.semantics.module import Site
    from torchlint.semantics.training import State, TrainingListener


class Modes:
    def __init__(self) -> None:
        self.modes: dict[Key, Modeset] = {}
        self.trained: set[Key] = set()
        #: networks that got their weights from a file
        self.restored: set[Key] = set()
        #: networks whose weights come from a file, and those that gradients are computed for
        self.filed: set[Key] = set()
        self.taught: set[Key] = set()
        #: pairs of a network and one that is given its answers in a loop, with gradients and without
        self.heard: set[tuple[Key, Key, int, bool]] = set()
        #: forwards with gradients since the last backward
        self.open: list[Forward] = []
        #: those that no backward since has reached: `d_loss` stops at `fake.detach()`, the generator is still to learn
        self.waiting: list[Forward] = []
        #: forwards whose gradients wait for a step
        self.backed: list[Forward] = []
        #: forwards, by call and stack, that were trained on in train mode
        self.learnt: dict[tuple[Key, int, tuple[int, ...]], Forward] = {}
        #: calls that switched to eval mode for an evaluation that followed
        self.evaluated: set[int] = set()
        #: forwards that look like an evaluation, until their region, or the program (None), proves to train nothing
        self.candidates: list[tuple[Forward, Region | None]] = []

    def copy(self) -> Modes:
        other = Modes()
        other.modes, other.open, other.backed = dict(self.modes), list(self.open), list(self.backed)
        other.waiting = list(self.waiting)
        # what has been seen at all is shared by all paths
        other.trained, other.learnt, other.candidates = self.trained, self.learnt, self.candidates
        other.evaluated, other.restored, other.heard = self.evaluated, self.restored, self.heard
        other.filed, other.taught = self.filed, self.taught
        return other

    def merge(self, other: Modes) -> None:
        for key in {**self.modes, **other.modes}:
            mine, theirs = self.modes.get(key), other.modes.get(key)
            if mine is theirs:
                continue
            if mine is None or theirs is None:
                default = frozenset({Mode(TRAIN)}) if isinstance(key, Instance) else frozenset({Mode(UNKNOWN)})
                mine, theirs = mine or default, theirs or default
            self.modes[key] = mine | theirs
        self.open += [item for item in other.open if item not in self.open]
        self.waiting += [item for item in other.waiting if item not in self.waiting]
        self.backed += [item for item in other.backed if item not in self.backed]

    # ---------------------------------------------------------------- events

    def switched(
        self, name: str, func: Attr, call: Call, own: bool, walk: Walk[State], listener: TrainingListener
    ) -> bool:
        """`x.eval()`, `x.train()`, `x.train(mode)`; returns whether that is what the call is."""
        whose = own_object(func.base, call.function)
        values = listener.evaluator.values(whose, walk.context)
        networks = [v for v in values if isinstance(v, Opaque) or listener.places.is_module(v)]
        if not networks or (own and not all(listener.places.is_module(v) for v in values)):
            return False
        if name == "eval" and (call.args or call.keywords):
            return False  # DataFrame.eval(...), a test harness
        mode = name
        if name == "train" and (call.args or call.keywords):
            argument = call.args[0] if call.args else call.keyword("mode")
            if argument is None or len(call.args) + len(call.keywords) > 1:
                return False
            wanted = listener.evaluator.truth(argument, walk.context)
            mode = UNKNOWN if wanted is None else TRAIN if wanted else EVAL
        if manages_block(listener.evaluator, call.function) or takes_statistics(call.function):
            mode = UNKNOWN  # for the length of a `with` block, or to take statistics: not to learn, nor to evaluate
        if any(asks_for_mode(cond, walk) for cond, _ in call.guards):
            mode = UNKNOWN  # what it was before: `if was_training: model.train()`
        if mode == TRAIN:
            for whole in wholes_of(whose, walk, listener):
                switches = [last.call for last in self.modes.get(whole, ()) if last.name == EVAL]
                if any(switch is not None and switch.function is call.function for switch in switches):
                    mode = UNKNOWN  # `model.eval()`, `model.decoder.train()`: taken out on purpose
                elif switches:
                    self.modes[whole] = frozenset({Mode(UNKNOWN)})  # a part of it is in train mode again
        keys = set(listener.places.place(whose, walk.context))
        for network in networks:
            keys |= handed_in(network, self.modes, listener)
        for other in (*drawn_from(whose, walk, listener), *picked_among(networks, listener)):
            self.modes[other] = frozenset({Mode(UNKNOWN)})  # it, or some of its parts, may be in another mode now
        for key in keys:
            entered = self._entered(key, mode) or walk.moment
            self.modes[key] = frozenset({Mode(mode, walk.moment, call, entered)})
        return True

    def _entered(self, key: Key, name: str) -> Moment | None:
        """When a network went into the mode, if that is the one it is in."""
        modes = self.modes.get(key, frozenset())
        return next((mode.entered for mode in modes if len(modes) == 1 and mode.name == name), None)

    def mentioned(self, network: Node, walk: Walk[State], listener: TrainingListener) -> None:
        """Something is done with a network that may switch its mode."""
        for key in (*listener.places.place(network, walk.context), *drawn_from(network, walk, listener)):
            self.modes[key] = frozenset({Mode(UNKNOWN)})

    def created(self, network: Key) -> None:
        self.modes.pop(network, None)
        for known_key in [entry for entry in self.learnt if entry[0] == network]:
            del self.learnt[known_key]

    def copied(self, network: Key, original: Key) -> None:
        """A deepcopy is in the mode that the original was in."""
        modes = self.modes.get(original)
        if modes is not None:
            self.modes[network] = modes

    def loaded(self, func: Attr, call: Call, walk: Walk[State], listener: TrainingListener) -> None:
        place = listener.places.place(func.base, walk.context)
        self.trained |= place
        self.restored |= place
        if is_from_file(call) and not keeps_average(walk.function.module):
            self.filed |= place

    def forwarded(self, call: Call, callees: tuple[Value, ...], walk: Walk[State], listener: TrainingListener) -> None:
        """Perhaps the forward of a network."""
        networks = self._networks(call, callees, walk, listener) if not asks_plain_function(call) else []
        listener.noted += len(networks)
        if networks and _is_switched_by_library(call, listener):
            return
        if not networks or known.looks_like_loss(subject_of(call).rpartition(".")[2]):
            return
        region, place = walk.regions[-1], evaluation_region(call, walk)
        for value in networks:
            key = listener.places.key(value)
            modes = self.modes.get(key)
            if modes is None:
                if not listener.places.is_module(value):
                    continue
                if is_inner(value, listener):
                    owner = owner_of(call, walk, listener)
                    if owner is None:
                        continue
                    key = listener.places.key(owner)
                modes = self.modes.get(key) or self._unswitched(value, listener)
            if place is None and self._has_weights(key, value, listener) and is_application(call, walk):
                place = walk.regions[0]
            forward = Forward(key, value, call, walk.moment, modes, region, place)
            if self.open or self.waiting:
                self._listens(forward, walk, listener)
            if walk.grad:
                # the same forward of an earlier round is not what a backward is called on now
                self.open = [other for other in self.open if not is_same_place(other, forward)]
                self.waiting = [other for other in self.waiting if not is_same_place(other, forward)]
                self.open.append(forward)
            if place is None and not (
                self._is_ready(forward, listener)
                and (is_on_held_out_data(call, walk) or (key in self.trained and is_last_word(call, walk)))
            ):
                continue
            if is_unused(call) or is_resampled(call, walk) or tells_losses(value, call, listener.evaluator):
                continue
            if place is not None and walk.grad and hands_back(call.function, call):
                place = None  # only the end of the program tells that the caller doesn't train on it
            self.evaluated |= {
                id(mode.call)
                for mode in modes
                if mode.name == EVAL and mode.switch is not None and not has_returned(mode.switch, walk.moment)
            }
            if all(mode.name == TRAIN for mode in modes) and not is_for_another_caller(
                call, walk.context, listener.evaluator
            ):
                if not is_switched_elsewhere(forward, walk):
                    self.candidates.append((forward, place))

    def _listens(self, forward: Forward, walk: Walk[State], listener: TrainingListener) -> None:
        """Notes whose answers a network is given. A loss has no weights, and learns nothing from them."""
        if not has_weights(listener.evaluator, forward.value):
            return
        loop = next((region.loop for region in reversed(walk.regions) if region.loop is not None), None)
        for argument in forward.call.args:
            nodes = list(origins(argument))
            cut = {id(made) for node in nodes if cuts_gradient(node) for made in origins(node)}
            for other in (*self.open, *self.waiting):
                if other.key != forward.key and not other.calls.isdisjoint(map(id, nodes)):
                    self.heard.add((other.key, forward.key, id(loop), other.calls.isdisjoint(cut)))

    def _is_judged(self, network: Key) -> bool:
        """Whether another network learns from its answers, `D(fake.detach())`, and in the same rounds it from that
        one, `D(fake)`: a generator, which draws as it was trained.
        """
        return any(
            speaker == network and whole and (speaker, listener, loop, False) in self.heard
            for speaker, listener, loop, whole in self.heard
        )

    def _has_weights(self, key: Key, network: Value, listener: TrainingListener) -> bool:
        """Whether a network got its weights from a file, or came with them."""
        return key in self.restored or comes_with_weights(network, listener.evaluator)

    def _unswitched(self, network: Value, listener: TrainingListener) -> Modeset:
        """The modes of a network that nobody switched: that of a network in it, made before, may be another."""
        parts = handed_in(network, self.modes, listener) if self.modes else ()
        known = [mode for part in parts for mode in self.modes.get(part, ())]
        return frozenset({Mode(TRAIN if all(mode.name == TRAIN for mode in known) else UNKNOWN)})

    def _networks(
        self, call: Call, callees: tuple[Value, ...], walk: Walk[State], listener: TrainingListener
    ) -> list[Value]:
        found = [v for v in callees if isinstance(v, (Instance, Opaque)) and self._may_be_network(v, listener)]
        func = call.func
        if not found and isinstance(func, Attr) and func.name in ("forward", "module", "generate", "predict"):
            found = [
                v
                for v in listener.evaluator.values(func.base, walk.context)
                if isinstance(v, (Instance, Opaque)) and self._may_be_network(v, listener)
            ]
            if any(isinstance(callee, FunctionValue) and _sees_to_its_mode(callee.function) for callee in callees):
                return []
        return [value for value in found if not _asks_itself(value, listener)]

    def _may_be_network(self, value: Instance | Opaque, listener: TrainingListener) -> bool:
        if listener.places.key(value) in self.modes:
            return True
        return listener.places.is_module(value)

    def backward(self, call: Call, walk: Walk[State]) -> None:
        """Gradients of what was forwarded are computed."""
        loss = call.func.base if isinstance(call.func, Attr) else None
        losses = [Reached(node, walk) for node in (loss, *call.args) if node is not None]
        self.taught |= {forward.key for forward in self.open}
        self.trained |= self.taught
        self.open = [forward for forward in self.open if not is_of_another_frame(forward, call, walk)]
        here = [forward for forward in self.open if not is_of_another_round(forward, walk)]
        # who is given the loss in a way that isn't followed trains on all that is open
        met = [*here, *self.waiting]
        reached = [forward for forward in met if any(one.holds(forward.calls) for one in losses)]
        self.backed += reached or here
        self.waiting = [forward for forward in met if reached and forward not in reached]
        self.open = []
        self.candidates[:] = [
            (forward, place)
            for forward, place in self.candidates
            if place is not None or not any(one.holds(forward.calls) for one in losses)
        ]

    def differentiated(self, call: Call, walk: Walk[State]) -> None:
        """Gradients are handed out, `torch.autograd.grad(loss, x)`: those of the weights stay as they are."""
        reached = Reached(call.args[0], walk)
        for forwards in (self.open, self.waiting):
            forwards[:] = [forward for forward in forwards if not reached.holds(forward.calls)]

    def cleared(self) -> None:
        """Gradients are thrown away: those of an adversarial example, say, train nothing."""
        self.backed = []

    def stepped(self, optimizer: Place, listener: TrainingListener) -> None:
        """A step is taken: what was forwarded before is being trained, if the optimizer may hold its parameters."""
        others = [forward for forward in self.backed if is_of_others(optimizer, forward.value, listener)]
        backed = [forward for forward in self.backed if forward not in others]
        self.backed = others
        for forward in backed:
            key = (forward.key, id(forward.call), tuple(id(entry) for entry in forward.moment.stack))
            names = {mode.name for mode in forward.modes}
            if names == {TRAIN}:
                self.learnt[key] = forward
            elif EVAL in names and UNKNOWN not in names and (key in self.learnt or self._after_evaluation(forward)):
                if self._was_in_eval_before(self.learnt.get(key), listener):
                    continue
                if not is_mostly_without(forward, backed, listener) and not is_restored_by_option(forward):
                    self._report_left_in_eval(forward, listener)

    def _was_in_eval_before(self, learnt: Forward | None, listener: TrainingListener) -> bool:
        """Whether nobody ever switched a network to train mode, and the layers that matter in it, as far as they are
        known, were in eval mode when it was made of them.
        """
        if learnt is None or is_explicit(learnt):
            return False
        sensitivity = listener.places.sensitivity
        with listener.evaluator.aside(FUEL):
            return is_built_on_eval(listener.evaluator, learnt.value) and not sensitivity.is_certain(learnt.value)

    def _after_evaluation(self, forward: Forward) -> bool:
        """Whether eval mode was set for an evaluation, in another function than the one that trains."""
        return all(
            id(mode.call) in self.evaluated and mode.entered is not None and has_returned(mode.entered, forward.moment)
            for mode in forward.modes
            if mode.name == EVAL
        )

    def _report_left_in_eval(self, forward: Forward, listener: TrainingListener) -> None:
        if is_unused(forward.call) or not matters(forward, listener):
            return
        if is_frozen_below_head(forward.value, listener.evaluator):
            return
        for mode in forward.modes:
            if mode.name != EVAL or mode.switch is None or mode.call is None or is_asked_for(mode.call, forward.call):
                continue
            site = parting(mode.switch, mode.call, forward.moment)
            switch = mode.call.function.module.site(mode.call)
            training = forward.call.function.module.site(forward.call)
            related = [(training, "training goes on here, in eval mode from the second round on")]
            if (switch.module, switch.n) != (site.module, site.n):
                related.insert(0, (switch, "eval mode is set here"))
            listener.report("left-in-eval", site, from_outside(forward)[1], *related)

    def left(self, region: Region, walk: Walk[State], listener: TrainingListener) -> None:
        """A loop or function is done: its evaluations are what they seemed, if nothing was trained in it."""
        if not region.trained:
            self.open = [forward for forward in self.open if forward.evaluation is not region]
        rest, ready = [], []
        for forward, place in self.candidates:
            if place is not region and (place is not None or walk.regions):
                rest.append((forward, place))
            elif place is None or not region.trained or (not walk.regions and self._only_answers(forward)):
                ready += [forward] if self._is_ready(forward, listener) else []
            elif walk.regions and forward.key in self.filed:
                rest.append((forward, walk.regions[0]))  # the end of the program tells whether it is trained itself
        self.candidates[:] = rest
        for forward in ready:
            if self._is_judged(forward.key):
                continue
            if draws_by_dropout(forward.value, listener.evaluator):
                continue
            if matters(forward, listener) and not is_wanted(forward):
                if not is_mostly_without(forward, ready, listener):
                    self._report_evaluation(forward, listener)

    def _only_answers(self, forward: Forward) -> bool:
        """Whether a network has its weights from a file, and is there for others to learn from: a teacher."""
        return forward.key in self.filed and forward.key not in self.taught

    def _is_ready(self, forward: Forward, listener: TrainingListener) -> bool:
        """Whether the network has been trained or loaded, or was put into a mode, so that its answers are meant."""
        trained = forward.key in self.trained or comes_with_weights(forward.value, listener.evaluator)
        return trained or is_explicit(forward)

    def _report_evaluation(self, forward: Forward, listener: TrainingListener) -> None:
        related: list[tuple[Site, str]] = []
        for mode in forward.modes:
            if mode.call is not None:
                related.append((mode.call.function.module.site(mode.call), "train mode is set here"))
        value = forward.value
        if isinstance(value, Instance) and value.call is not None:
            related.append((value.call.function.module.site(value.call), "the network is created here, in train mode"))
        call, subject = from_outside(forward)
        listener.report("evaluated-in-train", call.function.module.site(call), subject, *related)


def _is_switched_by_library(call: Call, listener: TrainingListener) -> bool:
    """Whether a network is a part of a LightningModule, of which the trainer sets the mode."""
    cls = call.function.cls
    if cls is None or not isinstance(call.func, Attr) or not is_self(call.func.base, call.function):
        return False
    return any(name.rpartition(".")[2] == "LightningModule" for name in listener.evaluator.external_bases(cls))


def _sees_to_its_mode(method: Function) -> bool:
    """Whether a method switches its own object to eval mode: `def generate(self, x): self.eval(); ...`."""
    return any(
        isinstance(call.func, Attr) and call.func.name == "eval" and is_self(call.func.base, method)
        for call in method.calls
    )


def _asks_itself(network: Value, listener: TrainingListener) -> bool:
    """Whether the forward of a network sets its mode, perhaps as an argument says."""
    if not isinstance(network, Instance) or network.cls is None:
        return False
    forward = listener.evaluator.find_method(network.cls, "forward")
    return forward is not None and _sees_to_its_mode(forward)
