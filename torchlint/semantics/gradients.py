"""The gradients of each optimizer: fresh, stale, or cleared before they were used.

An optimizer is *stale* after its step, until its gradients are cleared. A backward on stale gradients adds to what
an earlier step has used already, and the step that follows is the bug (TLN101). Gradients cleared between the
backward that made them and the step that should use them are *lost* (TLN102).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from torchlint.semantics.functions import Function
from torchlint.semantics.knowledge import training as known
from torchlint.semantics.measuring import is_trial, moves_nothing
from torchlint.semantics.membership import handed_in
from torchlint.semantics.nodes import Attr, Call, Choice, Const, Item, Join, Loop, Node, strip
from torchlint.semantics.operations import whose_parameters
from torchlint.semantics.places import Key, Place, names_of
from torchlint.semantics.values import Instance

if TYPE_CHECKING:
    from torchlint.semantics.execution import Walk
    from torchlint.semantics.module import Site
    from torchlint.semantics.training import State, TrainingListener


@dataclass(frozen=True)
class Gradient:
    """State of one optimizer. Each field is what may be true on some path, unless it says otherwise."""

    place: Place
    stale: bool = False
    #: the call that took the last step, where that is the same on every path
    step: Call | None = None
    #: cleared on some path since the last step
    cleared: bool = False
    #: a backward has added to stale gradients
    mixed: bool = False
    #: the call that cleared unused gradients, on every path
    lost: Call | None = None
    #: a backward since the last step or clearing, on every path
    full: bool = False
    #: a backward since the last step or clearing, on some path
    filled: bool = False
    #: the call that clipped where there were no gradients to clip, on every path
    early: Call | None = None
    #: clipped since the last backward, on some path
    clipped: bool = False
    #: something the engine doesn't follow has touched it
    unknown: bool = False


class Gradients:
    def __init__(self) -> None:
        self.optimizers: dict[Place, Gradient] = {}
        #: backwards so far; an optimizer that is met later has their gradients
        self.pending = False
        #: a clearing of gradients whose owner is not known, since the last backward
        self.last_backward: Call | None = None
        #: functions with a finding on steps by hand: one is enough
        self.reported: set[Function] = set()

    def copy(self) -> Gradients:
        other = Gradients()
        other.optimizers, other.pending = dict(self.optimizers), self.pending
        other.last_backward, other.reported = self.last_backward, self.reported
        return other

    def merge(self, other: Gradients) -> None:
        for place in {**self.optimizers, **other.optimizers}:
            a, b = self.optimizers.get(place), other.optimizers.get(place)
            if a is b:
                continue
            a, b = a or self._of(place), b or other._of(place)
            self.optimizers[place] = Gradient(
                place,
                stale=a.stale or b.stale,
                step=a.step if a.step is b.step or not b.stale else b.step if not a.stale else None,
                cleared=a.cleared or b.cleared,
                mixed=a.mixed or b.mixed,
                lost=a.lost if a.lost is b.lost else None,
                full=a.full and b.full,
                filled=a.filled or b.filled,
                early=a.early if a.early is b.early else None,
                clipped=a.clipped or b.clipped,
                unknown=a.unknown or b.unknown,
            )
        self.pending = self.pending or other.pending
        self.last_backward = self.last_backward or other.last_backward

    def _of(self, place: Place) -> Gradient:
        return self.optimizers.get(place) or Gradient(place, full=self.pending, filled=self.pending)

    # ---------------------------------------------------------------- events

    def backward(self, call: Call, walk: Walk[State], listener: TrainingListener) -> None:
        if _is_distributed(call, walk):
            self.unclear()
            return
        self.pending = True
        self.last_backward = call
        for place, item in self.optimizers.items():
            mixed = item.mixed or (item.stale and not item.cleared)
            self.optimizers[place] = replace(item, mixed=mixed, full=True, filled=True, lost=None)

    def stepped(self, target: Node, call: Call, walk: Walk[State], listener: TrainingListener) -> None:
        place = listener.places.place(target, walk.context)
        if not place:
            return
        item = self._of(place)
        module = call.function.module
        subject = display_name(target, call.function)
        if not item.unknown:
            if item.mixed and item.stale and not item.cleared:
                # a test looks whether a step works at all
                if not module.is_test and (self.last_backward is None or not is_trial(self.last_backward)):
                    self._report_stale(item, call, subject, listener)
            elif item.lost is not None:
                clearing = item.lost.function.module.site(item.lost)
                related = [(module.site(call), f"{subject}.step() finds no gradients here")]
                if self.last_backward is not None:
                    origin = self.last_backward.function.module.site(self.last_backward)
                    related.insert(0, (origin, "the gradients are computed here"))
                listener.report("lost", clearing, subject, *related)
            elif item.early is not None and item.full and not item.clipped and self.last_backward is not None:
                clip = item.early.function.module.site(item.early)
                origin = self.last_backward.function.module.site(self.last_backward)
                related = [(origin, "backward() makes the gradients here"), (module.site(call), "the step uses them")]
                listener.report("early-clip", clip, subject, *related)
        self.optimizers[place] = Gradient(place, stale=True, step=call, unknown=item.unknown)

    def _report_stale(self, item: Gradient, call: Call, subject: str, listener: TrainingListener) -> None:
        # the step of another phase, whose gradients nobody cleared before this one began
        earlier = item.step if item.step is not call else None
        related: list[tuple[Site, str]] = []
        if self.last_backward is not None:
            added = "an earlier step" if earlier is not None else "all earlier steps"
            related.append((_site(self.last_backward), f"this backward adds to the gradients of {added}"))
        if earlier is not None:
            related.append((_site(earlier), "the earlier step"))
        makers = [key.call for key in item.place if isinstance(key, Instance) and key.call is not None]
        if (makers and all(map(moves_nothing, makers))) or (earlier is not None and _goes_back(earlier, call)):
            return
        for maker in makers:
            related.append((_site(maker), f"{subject} is created here"))
        listener.report("carried" if earlier is not None else "stale", _site(call), subject, *related)

    def stepped_by_hand(
        self, weight: Node, at: Node, place: Place, walk: Walk[State], listener: TrainingListener
    ) -> None:
        """`w -= lr * w.grad`: the weight is its own optimizer."""
        item = self._of(place)
        if item.mixed and item.stale and not item.cleared and not item.unknown:
            module = walk.function.module
            related = []
            if self.last_backward is not None:
                site = self.last_backward.function.module.site(self.last_backward)
                related.append((site, "this backward adds to the gradients of all earlier steps"))
            if walk.function not in self.reported:
                self.reported.add(walk.function)
                listener.report(
                    "stale-weight", module.site(at), display_name(weight, walk.function, "the weight"), *related
                )
        self.optimizers[place] = Gradient(place, stale=True, unknown=item.unknown)

    def created(self, value: Instance) -> None:
        for place in [place for place in self.optimizers if value in place]:
            del self.optimizers[place]

    def cleared(self, call: Call, walk: Walk[State], listener: TrainingListener) -> None:
        func = call.func
        owner = func.base if isinstance(func, Attr) else None
        place = listener.places.place(owner, walk.context) if owner is not None else frozenset()
        is_optimizer = owner is not None and listener.places.is_optimizer(owner, walk.context)
        modules = any(isinstance(key, Instance) and listener.places.is_module(key) for key in place)
        if is_optimizer and place and self._of(place).full:
            listener.stepping.thrown(place, call, self.last_backward, walk)
        for other, item in list(self.optimizers.items()):
            if is_optimizer and listener.places.distinct(place, other) and not _made_by(other, place):
                if not self._may_own(place, other, listener):
                    continue
            if not is_optimizer and not self._holds(other, place if modules else frozenset(), listener):
                continue
            exact = place == other if is_optimizer else self._holds_only(other, place, listener)
            self._clear(other, item, call if exact else None)
        if is_optimizer and place and place not in self.optimizers:
            self._clear(place, self._of(place), call)

    def _may_own(self, optimizer: Place, weight: Place, listener: TrainingListener) -> bool:
        """Whether a weight that is updated by hand, `model.w`, may be one of those that an optimizer was given."""
        owners = {owner for key in weight for owner in _owners(key)} - weight
        owned = [listener.places.modules_of(key) for key in optimizer]
        return bool(owners) and any(modules is None or modules & owners for modules in owned)

    def _holds(self, optimizer: Place, modules: Place, listener: TrainingListener) -> bool:
        """Whether clearing `modules` may clear the gradients of an optimizer."""
        held: set[Key] = set()
        for key in optimizer:
            owned = listener.places.modules_of(key)
            if owned is None:
                return True
            held |= owned
        if not held:
            return False  # it steps on tensors that belong to no network
        if not modules:
            return True
        owners = {owner for key in held for owner in _owners(key)} | {
            owner for key in modules for owner in _owners(key)
        }
        if owners & (held | modules) or _parts(modules, listener) & held or _parts(held, listener) & modules:
            return True  # one is a part of the other
        return not listener.places.distinct(modules, frozenset(held))

    def _holds_only(self, optimizer: Place, modules: Place, listener: TrainingListener) -> bool:
        """Whether clearing `modules` clears all gradients of an optimizer."""
        owned = [listener.places.modules_of(key) for key in optimizer]
        return bool(owned) and all(keys and keys <= modules for keys in owned) and len(modules) == 1

    def _clear(self, place: Place, item: Gradient, call: Call | None) -> None:
        lost = call if call is not None and item.full else None
        early = None if item.filled else item.early
        self.optimizers[place] = Gradient(place, cleared=True, lost=lost, early=early, unknown=item.unknown)

    def clipped(self, call: Call, walk: Walk[State], listener: TrainingListener) -> None:
        """Clipping takes hold of the gradients that are there; where there are none it has no effect."""
        modules = _clipped_modules(call, walk, listener)
        met = [item for place, item in self.optimizers.items() if self._holds(place, modules, listener)]
        there = any(item.filled for item in met)
        for item in met:
            if item.filled:
                self.optimizers[item.place] = replace(item, clipped=True)
            elif not there and not item.unknown:
                self.optimizers[item.place] = replace(item, early=call)

    def touched(self, func: Attr, walk: Walk[State]) -> bool:
        """`p.grad.zero_()`, `p.grad.data.fill_(0)`, `p.grad.detach_()`."""
        node: Node = strip(func.base)
        for _ in range(3):
            if isinstance(node, Attr):
                if node.name == "grad":
                    self.assigned(walk)
                    return True
                node = strip(node.base)
        return False

    def assigned(self, walk: Walk[State]) -> None:
        """A gradient set by hand: cleared, or filled with another value."""
        for place, item in self.optimizers.items():
            self.optimizers[place] = replace(
                item, stale=False, cleared=True, mixed=False, lost=None, full=False, clipped=True
            )

    def handed_over(self, place: Place) -> None:
        """Code that isn't seen got the optimizer: it may have cleared the gradients, then and there."""
        self.optimizers[place] = replace(self._of(place), cleared=True, mixed=False, lost=None, full=False)

    def uncertain(self, place: Place) -> None:
        self.optimizers[place] = replace(self._of(place), unknown=True)

    def unclear(self) -> None:
        """Something is done to gradients, and it isn't followed to which."""
        for place in self.optimizers:
            self.uncertain(place)


def _clipped_modules(call: Call, walk: Walk[State], listener: TrainingListener) -> Place:
    """The networks whose parameters are clipped; empty if that is not known."""
    network = whose_parameters(call.args[0] if call.args else call.keyword("parameters"))
    return listener.places.place(network, walk.context) if network is not None else frozenset()


def _goes_back(earlier: Call, later: Call) -> bool:
    """Whether the weights are set to others between two steps of a function, as to those from before the first: the
    gradients of both are taken for the same weights, and are meant to add up.
    """
    return earlier.function is later.function and any(
        isinstance(call.func, Attr) and call.func.name in known.RESTORING and earlier.n < call.n < later.n
        for call in later.function.calls
    )


def _is_distributed(call: Call, walk: Walk[State]) -> bool:
    """`dist_autograd.backward(context, ...)` keeps gradients per context."""
    for value in walk.evaluator.values(call.func, walk.context):
        if getattr(value, "name", "").startswith("torch.distributed.autograd"):
            return True
    return False


def _made_by(optimizer: Place, wrapper: Place) -> bool:
    """Whether an optimizer was made by another one that wraps it (SAM, Lookahead): they share their parameters."""
    return any(_owners(key) & wrapper for key in optimizer)


def _owners(key: Key) -> set[Key]:
    """The objects in whose methods an object was made."""
    found: set[Key] = set()
    context = key.context if isinstance(key, Instance) else None
    while context is not None:
        if context.self_value is not None:
            found.add(context.self_value)
        context = context.caller
    return found


def _parts(networks: Iterable[Key], listener: TrainingListener) -> set[Key]:
    """The networks that were handed to these."""
    return {part for key in networks if isinstance(key, Instance) for part in handed_in(key, (), listener)}


def _site(call: Call) -> Site:
    return call.function.module.site(call)


def display_name(node: Node, function: Function, default: str = "the optimizer") -> str:
    """A value as `function` names it, for messages."""
    node = strip(node)
    if isinstance(node, Attr):
        base = display_name(node.base, function, "")
        return f"{base}.{node.name}" if base else node.name
    if isinstance(node, Item) and isinstance(node.index, Const):
        base = display_name(node.base, function, "")
        return f"{base}[{node.index.value!r}]" if base else default
    names = sorted(names_of(node)) or _variables(node, function)
    return names[0] if names else default


def _variables(node: Node, function: Function) -> list[str]:
    """The local variables that hold a value, or one of those that it can be."""
    options, queue = {id(node)}, [node]
    while queue and len(options) < 12:
        current = queue.pop()
        if isinstance(current, Choice):
            parts: tuple[Node, ...] = (current.yes, current.no)
        else:
            parts = current.parts() if isinstance(current, (Join, Loop)) else ()
        queue += [part for part in parts if id(part) not in options]
        options |= {id(part) for part in parts}
    return sorted(name for name, values in function.bindings.items() if any(id(value) in options for value in values))
