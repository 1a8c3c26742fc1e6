"""Layers that are put into a network after its optimizer was built: the optimizer still holds those before (TLN108)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from torchlint.semantics.gradients import display_name
from torchlint.semantics.layers import has_weights
from torchlint.semantics.nodes import Attr, Call, Item, Node, strip
from torchlint.semantics.values import Instance

if TYPE_CHECKING:
    from torchlint.semantics.execution import Walk
    from torchlint.semantics.places import Key, Place
    from torchlint.semantics.traces import Store
    from torchlint.semantics.training import State, TrainingListener


class Replacing:
    """The optimizers of one walk with their networks, and what was put into these afterwards."""

    def __init__(self, listener: TrainingListener) -> None:
        self._listener = listener
        #: by optimizer: the networks whose parameters it was given
        self._held: dict[Instance, frozenset[Key]] = {}
        self._replaced: dict[Instance, tuple[Store, Call]] = {}

    def made(self, value: Instance) -> None:
        """A new object; of interest if it is an optimizer of whole networks."""
        self._replaced.pop(value, None)
        held = self._listener.places.modules_of(value) if self._listener.places.is_optimizer_value(value) else None
        if held:
            self._held[value] = frozenset(held)

    def stored(self, store: Store, walk: Walk[State]) -> None:
        """Something is assigned to a part of an object."""
        if not self._held or not isinstance(store.value, Call) or store.op != "=":
            return
        evaluator = self._listener.evaluator
        values = evaluator.values(store.value, walk.context)
        if len(values) != 1 or not isinstance(values[0], Instance) or not has_weights(evaluator, values[0]):
            return
        owners = [self._listener.places.place(node, walk.context) for node in _owners(store.target)]
        for optimizer, held in self._held.items():
            if any(owner and owner <= held for owner in owners):
                self._replaced.setdefault(optimizer, (store, store.value))

    def handed(self, place: Place) -> None:
        """The optimizer was given other parameters, or to code that may do that."""
        for key in place:
            if isinstance(key, Instance):
                self._held.pop(key, None)
                self._replaced.pop(key, None)

    def stepped(self, target: Node, place: Place, call: Call) -> None:
        if len(place) != 1:
            return
        (key,) = place
        if not isinstance(key, Instance) or key.call is None or key not in self._replaced:
            return
        store, value = self._replaced[key]
        subject = display_name(target, call.function)
        built = key.call.function.module.site(key.call)
        self._listener.report(
            "replaced",
            value.function.module.site(value),
            display_name(store.target, value.function, "this layer"),
            (built, f"{subject} is built here, over the parameters that the network has then"),
            (call.function.module.site(call), "it steps here"),
        )


def _owners(target: Node) -> Iterator[Node]:
    """The objects that an attribute or item belongs to: `model.fc` and `model` for `model.fc[1]`."""
    node = strip(target)
    while isinstance(node, (Attr, Item)):
        node = strip(node.base)
        yield node
