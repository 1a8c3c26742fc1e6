"""Typestate of training: gradients of each optimizer, mode of each network, followed through the running program.

The listener of a walk (`programs.py` says where one begins) notes what happens: steps on stale gradients, gradients
that were cleared unused, evaluation in train mode, training that went on in eval mode.
"""

from __future__ import annotations

import weakref
from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from torchlint.semantics.execution import Moment, Region, Walk
from torchlint.semantics.functions import Function
from torchlint.semantics.gradients import Gradients, display_name
from torchlint.semantics.knowledge import training as known
from torchlint.semantics.knowledge.transparent import makes_object
from torchlint.semantics.modes import Modes
from torchlint.semantics.nodes import Attr, Binary, Call, Free, Loop, Node, Starred, strip
from torchlint.semantics.operations import is_plain
from torchlint.semantics.options import Options
from torchlint.semantics.places import Places, made_in
from torchlint.semantics.replacing import Replacing
from torchlint.semantics.results import gives_back
from torchlint.semantics.sampling import Sampling
from torchlint.semantics.scaling import Scaling, after_backward, is_scaler
from torchlint.semantics.stepping import Stepping
from torchlint.semantics.traces import Bare, InPlace, Store
from torchlint.semantics.unseen import Unseen
from torchlint.semantics.values import ClassValue, Context, External, FunctionValue, Instance, Opaque, Value

if TYPE_CHECKING:
    from torchlint.semantics.evaluate import Evaluator
    from torchlint.semantics.module import Site

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

#: A limit on gradients above this is none, or one that was multiplied by the loss scale.
NO_LIMIT = 1000


@dataclass(frozen=True)
class Fact:
    """Something that happened in a walk: `kind` is a rule's business, `site` where it happened."""

    kind: str
    site: Site
    subject: str
    related: tuple[tuple[Site, str], ...] = ()


@dataclass
class State:
    """What forks at branches."""

    gradients: Gradients = field(default_factory=Gradients)
    modes: Modes = field(default_factory=Modes)
    scaling: Scaling = field(default_factory=Scaling)


class TrainingListener:
    """Turns the calls of a walk into changes of state; collects facts."""

    def __init__(self, evaluator: Evaluator, places: Places, path: set[Function]) -> None:
        self.evaluator = evaluator
        self.places = places
        self.options = Options(evaluator)
        #: functions that are entered in any case
        self.path = path
        self.facts: dict[tuple[str, int, int], Fact] = {}
        #: grows with all that may change the state
        self.noted = 0
        # without a circle, so that all of it is freed at the end of a walk
        listener: TrainingListener = weakref.proxy(self)
        self.stepping = Stepping(listener)
        self.replacing = Replacing(listener)
        self.sampling = Sampling(listener)
        self.unseen = Unseen(listener)

    # ------------------------------------------------------- state protocol

    def copy(self, state: State) -> State:
        return State(state.gradients.copy(), state.modes.copy(), state.scaling)

    def merge(self, states: list[State]) -> State:
        first, *others = states
        for other in others:
            first.gradients.merge(other.gradients)
            first.modes.merge(other.modes)
            first.scaling = first.scaling.merge(other.scaling)
        return first

    def merge_objects(self, before: State, states: list[State]) -> State:
        """The object that is there in a run is the same in all calls: what one alone changes is what it makes of it."""
        modes = _changed_once(before.modes.modes, [state.modes.modes for state in states])
        optimizers = _changed_once(before.gradients.optimizers, [state.gradients.optimizers for state in states])
        merged = self.merge(states)
        merged.modes.modes.update(modes)
        merged.gradients.optimizers.update(optimizers)
        return merged

    def assign(self, state: State, other: State) -> None:
        state.gradients, state.modes, state.scaling = other.gradients, other.modes, other.scaling

    def left(self, region: Region, walk: Walk[State], state: State) -> None:
        state.modes.left(region, walk, self)

    # -------------------------------------------------------------- events

    def report(self, kind: str, site: Site, subject: str, *related: tuple[Site, str]) -> None:
        key = (kind, id(site.module), site.n)
        self.facts.setdefault(key, Fact(kind, site, subject, related))

    def ignores(self, call: Call) -> bool:
        return is_plain(call)

    def called(self, call: Call, callees: tuple[Value, ...], walk: Walk[State], state: State) -> bool:
        name = self._name(call, callees)
        own = any(isinstance(callee, FunctionValue) for callee in callees)
        func = call.func
        if known.is_telling(name):
            self.noted += 1
            done = self._told(name, own, call, callees, walk, state)
            if done is not None:
                return done
        elif own or isinstance(func, Call):
            self.unseen.around(name, call, callees, walk, state)
        self._created(call, callees, walk, state)
        if isinstance(func, Attr) or not own:
            state.modes.forwarded(call, callees, walk, self)
        if not own and not any(isinstance(callee, Instance) and callee.cls for callee in callees):
            self.unseen.called(call, callees, walk, state)
        return any(self._skips(callee) for callee in callees) or not any(map(self._may_matter, callees))

    def _told(
        self, name: str, own: bool, call: Call, callees: tuple[Value, ...], walk: Walk[State], state: State
    ) -> bool | None:
        """A call whose name tells that it may do something; returns what `called` does, None if it is like others."""
        func = call.func
        if not own:
            self.stepping.called(name, call, walk)
        self.unseen.around(name, call, callees, walk, state)
        if name in ("eval", "train") and isinstance(func, Attr):
            return state.modes.switched(name, func, call, own, walk, self)
        if known.is_backward(name) and not own:
            if gives_back(call):
                state.gradients.unclear()
            else:
                state.gradients.backward(call, walk, self)
            state.modes.backward(call, walk)
            self.sampling.backward(call, walk)
            state.scaling = after_backward(call, self.evaluator, walk.context)
            for region in walk.regions:
                region.trained = True
            return True
        if ("zero_grad" in name or "clear_grad" in name) and not own:
            state.gradients.cleared(call, walk, self)
            state.modes.cleared()
            return True
        if name == "zero_grad" and isinstance(func, Attr) and self.places.is_optimizer(func.base, walk.context):
            # its own method is walked as well, but what that clears may be an optimizer within
            state.gradients.handed_over(self.places.place(func.base, walk.context))
        if name == "step" and isinstance(func, Attr):
            if not own:
                self._step(func, call, walk, state)
                return True
            if self.places.is_optimizer(func.base, walk.context):
                self._own_step(callees, func, call, walk, state)
                return True
        if name == "grad" and not own and call.args and call.keyword("create_graph") is None:
            state.modes.differentiated(call, walk)
            return True
        if name in known.CLIPPING and not own:
            self._clipped(call, walk, state)
            return True
        if name == "unscale_" or (
            name == "update" and isinstance(func, Attr) and is_scaler(func.base, self.evaluator, walk.context)
        ):
            state.scaling = state.scaling.unscaled() if name == "unscale_" else Scaling()
            if not own:
                return True
        if "set_epoch" in name:
            self.sampling.told()
        if name == "add_param_group" and isinstance(func, Attr):
            self.replacing.handed(self.places.place(func.base, walk.context))
        if name == "load_state_dict" and isinstance(func, Attr) and not _is_from_itself(call, func):
            state.modes.loaded(func, call, walk, self)
            return True
        if name in ("zero_", "fill_", "detach_", "mul_", "div_", "copy_") and isinstance(func, Attr):
            if state.gradients.touched(func, walk):
                state.scaling = state.scaling.unscaled()
            return True
        if name in ("sub_", "add_") and isinstance(func, Attr):
            for argument in call.args:
                self._by_hand(func.base, argument, call, walk, state)
            return True
        return None

    def _created(self, call: Call, callees: tuple[Value, ...], walk: Walk[State], state: State) -> None:
        """A new optimizer or network, perhaps in every round of a loop: it has no past."""
        if any(
            isinstance(callee, ClassValue) or (isinstance(callee, External) and makes_object(callee.name))
            for callee in callees
        ):
            for value in self.evaluator.values(call, walk.context):
                if isinstance(value, Instance) and value.call is call:
                    self.noted += 1
                    state.gradients.created(value)
                    self.stepping.made(value, walk)
                    self.replacing.made(value)
                    state.modes.created(value)
                    if value.copied is not None:
                        state.modes.copied(value, value.copied)
        else:
            # what a factory makes is new each time that it is called
            for key in [key for key in state.modes.modes if made_in(key, call, walk.context)]:
                self.noted += 1
                state.modes.created(key)

    def _name(self, call: Call, callees: tuple[Value, ...]) -> str:
        if isinstance(call.func, Attr):
            return call.func.name
        for callee in callees:
            if isinstance(callee, External):
                return callee.last
            if isinstance(callee, FunctionValue):
                return callee.function.name
        return ""

    def _may_matter(self, callee: Value) -> bool:
        # code that isn't seen may call a function that it is given
        return isinstance(callee, External) or self.concerned(callee)

    def concerned(self, callee: Value) -> bool:
        """Whether what is called may have a part in training."""
        evaluator = self.evaluator
        if isinstance(callee, FunctionValue):
            function: Function | None = callee.function
        elif isinstance(callee, ClassValue):
            function = evaluator.find_method(callee.cls, "__init__")
        elif isinstance(callee, Instance) and callee.cls is not None:
            function = evaluator.find_method(callee.cls, "forward") or evaluator.find_method(callee.cls, "__call__")
        else:
            return isinstance(callee, Opaque)  # super().method
        if function is None:
            return False
        return function in self.path or evaluator.project.relevance.takes_part(function, evaluator)

    def _skips(self, callee: Value) -> bool:
        """The forward of a network is not walked, unless it changes modes or gradients."""
        if isinstance(callee, FunctionValue) and callee.function.name == "forward" and callee.self_value is not None:
            callee = callee.self_value
        if not isinstance(callee, Instance):
            return False
        if not self.places.is_module(callee) or callee.cls is None:
            return False
        method = self.evaluator.find_method(callee.cls, "forward")
        return method is None or not any(
            isinstance(c.func, Attr) and c.func.name in ("eval", "train", "backward", "step", "zero_grad")
            for c in method.calls
        )

    def _step(self, func: Attr, call: Call, walk: Walk[State], state: State) -> None:
        for argument in (*call.args, *(value for _, value in call.keywords)):
            closures = [v for v in self.evaluator.values(argument, walk.context) if isinstance(v, FunctionValue)]
            for closure in closures:
                frame = self.evaluator.entered(closure, call, walk.context)
                if frame is not None:
                    walk.enter(call, frame, state)
        first = call.args[0] if call.args else call.keyword("optimizer")
        target = func.base
        if first is not None and not isinstance(first, Starred) and self.places.is_optimizer(first, walk.context):
            target = first  # scaler.step(optimizer)
        elif not self.places.is_optimizer(func.base, walk.context):
            return
        elif first is not None and not any(
            isinstance(v, FunctionValue) for v in self.evaluator.values(first, walk.context)
        ):
            state.gradients.uncertain(self.places.place(target, walk.context))  # a closure or context of unknown kind
            return
        state.gradients.stepped(target, call, walk, self)
        place = self.places.place(target, walk.context)
        state.modes.stepped(place, self)
        self.stepping.may_step()
        self.stepping.stepped(target, place, call, walk)
        self.replacing.stepped(target, place, call)
        if target is not func.base:
            state.scaling = Scaling()
            return
        origin = state.scaling.found_at(call)
        if origin is not None:
            related = (self._site(origin), "the loss is scaled here, and its gradients with it")
            self.report("scaled-step", self._site(call), display_name(target, call.function), related)

    def _clipped(self, call: Call, walk: Walk[State], state: State) -> None:
        """Gradients are clipped; a limit that is none only reads their norm."""
        limit = call.args[1] if len(call.args) > 1 else call.keyword("max_norm") or call.keyword("clip_value")
        if limit is not None and self._is_no_limit(limit, walk.context):
            return
        state.gradients.clipped(call, walk, self)
        origin = state.scaling.found_at(call)
        if origin is not None:
            related = (self._site(origin), "the loss is scaled here, and its gradients with it")
            self.report("scaled-clip", self._site(call), "", related)

    def _is_no_limit(self, limit: Node, context: Context | None) -> bool:
        """Whether a limit is infinite, or multiplied by the loss scale: then it cuts nothing, or what it should."""
        value = self.options.constant(limit, context)
        if isinstance(value, (int, float)):
            return value > NO_LIMIT
        if isinstance(limit, Call):
            return not limit.args or self.evaluator.constant(limit.args[0], context) in ("inf", "Inf", "infinity")
        if isinstance(limit, (Attr, Free)):
            return any(isinstance(v, External) and v.last == "inf" for v in self.evaluator.values(limit, context))
        return isinstance(limit, Binary) and any(isinstance(part, Call) for part in limit.parts())

    def _site(self, call: Call) -> Site:
        return call.function.module.site(call)

    def _own_step(self, callees: tuple[Value, ...], func: Attr, call: Call, walk: Walk[State], state: State) -> None:
        """The step of an optimizer that the project defines: it may clear the gradients itself."""
        for callee in callees:
            if isinstance(callee, FunctionValue) and _clears_gradients(callee.function):
                state.gradients.uncertain(self.places.place(func.base, walk.context))
                return
        self._step(func, call, walk, state)

    def managed(self, manager: Call, walk: Walk[State], state: State) -> None:
        self.unseen.managed(manager, walk, state)

    def stored(self, store: Store, walk: Walk[State], state: State) -> None:
        target = store.target
        self.noted += isinstance(target, Attr)
        self.replacing.stored(store, walk)
        if isinstance(target, Attr) and target.name in ("grad", "_grad"):
            state.gradients.assigned(walk)
        elif isinstance(target, Attr) and target.name == "training":
            state.modes.mentioned(target.base, walk, self)
        elif isinstance(target, Attr) and store.op in ("Subtract", "Add"):
            self._by_hand(target, store.value, target, walk, state)

    def updated(self, step: InPlace, walk: Walk[State], state: State) -> None:
        self.noted += 1
        self._by_hand(step.node.left, step.node.right, step.node, walk, state)

    def mentioned(self, step: Bare, walk: Walk[State], state: State) -> None:
        """`model.eval` and `optimizer.zero_grad` without parentheses are bugs of their own (TLN303)."""
        node = step.node
        self.noted += 1
        if isinstance(node, Attr) and node.name == "step":
            self.stepping.may_step()
        if isinstance(node, Attr) and node.name in ("eval", "train"):
            state.modes.mentioned(node.base, walk, self)
        elif isinstance(node, Attr) and node.name == "zero_grad":
            state.gradients.assigned(walk)

    def _by_hand(self, target: Node, amount: Node, at: Node, walk: Walk[State], state: State) -> None:
        """A step without an optimizer: `w -= lr * w.grad`."""
        weight = target.base if isinstance(target, Attr) and target.name == "data" else target
        gradients = list(_gradients_in(amount))
        if gradients and not _is_renewed(weight) and (not isinstance(weight, Attr) or weight.name != "grad"):
            place = self.places.place(weight, walk.context)
            others = [self.places.place(gradient.base, walk.context) for gradient in gradients]
            if place and all(other and place.isdisjoint(other) for other in others):
                return  # a sum of what others have: `importance += mask.grad.abs()`
            self.stepping.may_step()
            if place and place in others:
                state.gradients.stepped_by_hand(weight, at, place, walk, self)


def _changed_once(before: Mapping[K, V], after: Iterable[Mapping[K, V]]) -> dict[K, V]:
    """The entries that are others after one of several calls, and as before after the rest."""
    changed: dict[K, list[V]] = {}
    for entries in after:
        for key, entry in entries.items():
            if entry != before.get(key):
                changed.setdefault(key, []).append(entry)
    return {key: entries[0] for key, entries in changed.items() if len(entries) == 1}


def _is_renewed(weight: Node) -> bool:
    """Whether the next round of a loop goes on with another tensor, which has no gradient yet: after
    `image += step * image.grad`, `image = torch.clamp(image, 0, 1)`.
    """
    made = weight.next if isinstance(weight, Loop) else None
    return isinstance(made, Call) and isinstance(made.func, (Attr, Free)) and not made.func.name.endswith("_")


def _gradients_in(node: Node, depth: int = 0) -> Iterator[Attr]:
    """The `x.grad` that a value is computed from."""
    node = strip(node)
    if isinstance(node, Attr) and node.name == "grad":
        yield node
    elif depth < 6:
        for part in node.parts():
            yield from _gradients_in(part, depth + 1)


def _is_from_itself(call: Call, func: Attr) -> bool:
    """`net.load_state_dict(net.state_dict())`."""
    given = strip(call.args[0]) if call.args else None
    made = given.func if isinstance(given, Call) else None
    return isinstance(made, Attr) and made.name == "state_dict" and strip(made.base) is strip(func.base)


def _clears_gradients(function: Function) -> bool:
    stores = any(isinstance(s.target, Attr) and s.target.name in ("grad", "_grad") for s in function.stores)
    return stores or any(
        isinstance(c.func, Attr) and ("zero_grad" in c.func.name or c.func.name in ("zero_", "backward"))
        for c in function.calls
    )


__all__ = ["Fact", "Moment", "State", "TrainingListener"]
