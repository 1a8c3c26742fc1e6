"""Which networks are parts of which: a part has the mode of the whole."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from typing import TYPE_CHECKING

from torchlint.semantics.heads import whole_network
from torchlint.semantics.layers import own_attribute
from torchlint.semantics.nodes import Attr, Call, Element, Item, Node, Param, Part, strip
from torchlint.semantics.places import Key, Place
from torchlint.semantics.values import Instance, Opaque, Value

if TYPE_CHECKING:
    from torchlint.semantics.evaluate import Evaluator
    from torchlint.semantics.execution import Walk
    from torchlint.semantics.training import State, TrainingListener
    from torchlint.semantics.values import Context

#: Networks in networks are followed this far.
MAX_DEPTH = 3

#: Steps back from a value to what it is picked from.
MAX_PICKS = 8

_PARTS = frozenset({"modules", "named_modules", "children", "named_children"})


def handed_in(network: Value, met: Container[Key], listener: TrainingListener, depth: int = 0) -> set[Key]:
    """The networks that were handed to a network, as far as they are known to be some, and its parts that were met."""
    if not isinstance(network, Instance) or depth == MAX_DEPTH:
        return set()
    found: set[Key] = set()
    for part in parts_of(network, listener):
        key = listener.places.key(part)
        if part is network or not (key in met or listener.places.is_module(part)):
            continue
        if key in met or not is_inner(part, listener):
            found |= {key, *handed_in(part, met, listener, depth + 1)}
    return found


def parts_of(network: Instance, listener: TrainingListener) -> Iterator[Value]:
    """What the attributes of a network are, or the networks in a row, `nn.Sequential(encoder, head)`."""
    evaluator = listener.evaluator
    if network.cls is None:
        for layer in evaluator.children(network) or ():
            # layers of torch itself are asked for nothing but with the row
            yield from (part for part in evaluator.values(*layer) if not isinstance(part, Instance) or part.cls)
        whole = whole_network(network, evaluator)
        if whole is not None:
            yield whole  # `nn.Sequential(*list(net.children())[:-1])` shares its layers
        return
    names = {
        name
        for owner in evaluator.mro(network.cls)
        for method in owner.methods.values()
        for store in method.stores
        if (name := own_attribute(store, method)) is not None
    }
    for name in sorted(names):
        yield from evaluator.attribute(network, name)


def wholes_of(part: Node, walk: Walk[State], listener: TrainingListener) -> Iterator[Key]:
    """The networks that a part is reached through, as `model` in `model.decoder`."""
    while isinstance(part, (Attr, Item)):
        part = strip(part.base)
        yield from listener.places.place(part, walk.context)


def drawn_from(part: Node, walk: Walk[State], listener: TrainingListener) -> Place:
    """The networks whose parts a loop goes through: `for part in net.modules(): part.eval()`."""
    node = strip(part)
    while isinstance(node, (Part, Item)):
        node = strip(node.base)
    parts = strip(node.base) if isinstance(node, Element) else None
    if isinstance(parts, Call) and isinstance(parts.func, Attr) and parts.func.name in _PARTS:
        return listener.places.place(parts.func.base, walk.context)
    return frozenset()


def picked_among(networks: Iterable[Value], listener: TrainingListener) -> Iterator[Key]:
    """The networks of an object of which some are picked in a way that isn't followed: `getattr(self, "net_" + name)`,
    `self.nets[name]`, `for net in vars(self).values()`.
    """
    for network in networks:
        if not isinstance(network, Opaque) or isinstance(network.node, Attr):
            continue
        for owner in _picked_from(network.node, network.context, listener.evaluator):
            for part in parts_of(owner, listener):
                if isinstance(part, Opaque) or listener.places.is_module(part):
                    yield listener.places.key(part)


def _picked_from(node: Node, context: Context | None, evaluator: Evaluator) -> list[Instance]:
    """The objects of the project from whose attributes a value is picked."""
    for _ in range(MAX_PICKS):
        node = strip(node)
        if isinstance(node, (Attr, Param)):
            owners = evaluator.values(node.base if isinstance(node, Attr) else node, context)
            found = [owner for owner in owners if isinstance(owner, Instance)]
            if found or isinstance(node, Param):
                return found
        if isinstance(node, Item) and evaluator.constant(node.index, context) is not None:
            return []
        if isinstance(node, Call):
            node = node.func.base if isinstance(node.func, Attr) else node.args[0] if node.args else node
        elif isinstance(node, (Attr, Element, Item, Part)):
            node = node.base
        else:
            return []
    return []


def is_inner(value: Value, listener: TrainingListener) -> bool:
    """A layer that a network made for itself, perhaps through a function: its mode follows the network's."""
    if not isinstance(value, Instance):
        return False
    if value.call is None:
        return True
    makers, frame = [value.call.function], value.context
    while frame is not None:
        if frame.call is not None:
            makers.append(frame.call.function)
        frame = frame.caller
    owners = [maker.cls for maker in makers if maker.cls is not None]
    return any(listener.places.is_module(listener.evaluator.some_instance(owner)) for owner in owners)


def owner_of(call: Call, walk: Walk[State], listener: TrainingListener) -> Instance | None:
    """The network of which a part is called from outside, `model.encoder(x)`, or by a method of its own that is called
    from outside, `model.encode(x)`: the part has its mode.
    """
    part = call.func
    if isinstance(part, Attr) and part.name == "forward":
        part = strip(part.base)  # model.encoder.forward(x)
    if not isinstance(part, Attr):
        return None
    owners = listener.evaluator.values(part.base, walk.context)
    if walk.function.is_method and (walk.function.name == "forward" or any(is_inner(o, listener) for o in owners)):
        return None
    for owner in owners:
        if isinstance(owner, Instance) and owner.cls is not None and listener.places.is_module(owner):
            return owner if len(owners) == 1 else None
    return None


def is_of_others(optimizer: Place, network: Value, listener: TrainingListener) -> bool:
    """Whether an optimizer holds the parameters of other networks alone, of which this is no part, nor they of it."""
    if not _stands_alone(network, listener):
        return False
    own = {network, *handed_in(network, (), listener)}
    for key in optimizer:
        held = listener.places.modules_of(key)
        if not held:
            return False
        for other in held:
            if not isinstance(other, Instance) or not _stands_alone(other, listener):
                return False
            if own & {other, *handed_in(other, (), listener)}:
                return False
    return bool(optimizer)


def _stands_alone(network: Value, listener: TrainingListener) -> bool:
    """Whether a network of the project is made by itself, not as a part of another."""
    return (
        isinstance(network, Instance)
        and network.cls is not None
        and network.call is not None
        and not is_inner(network, listener)
    )
