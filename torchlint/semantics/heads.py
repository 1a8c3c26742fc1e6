"""Networks of libraries: the weights that they come with, and the head, which may be another one after
`model = models.resnet18(); model.fc = nn.Linear(512, 10)`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from torchlint.semantics.knowledge import training as known
from torchlint.semantics.nodes import Attr, Call, Const, Element, Free, Item, Node, Slice, Starred, strip
from torchlint.semantics.operations import Operations, called_name, whose_parameters
from torchlint.semantics.values import Bound, Constant, External, Instance, Opaque, Value

if TYPE_CHECKING:
    from torchlint.semantics.evaluate import Evaluator
    from torchlint.semantics.functions import Function
    from torchlint.semantics.traces import Store
    from torchlint.semantics.values import Context

#: what torchvision, timm and others call the layer, or the layers, that come last
_HEADS = frozenset({"fc", "classifier", "head", "heads", "last_linear"})
#: what gives the weights of a network, and nothing of it that is run
_WEIGHTS = frozenset({"state_dict", "parameters", "named_parameters"})
#: calls that put a layer into the module that they are called on
_ADDING = frozenset({"add_module", "register_module", "append", "insert", "extend", "__setattr__"})
#: classifiers of torchvision; inception and googlenet give several results while they train
_CLASSIFIER = re.compile(r"torchvision\.models\.(?!inception|googlenet|get_|list_)[a-z]\w*")
#: networks of torchvision that differ in eval mode
_WITH_MODES = re.compile(rf"torchvision\.models\.(segmentation\.)?({'|'.join(known.FAMILIES)})\w*")
#: networks of torchvision with BatchNorm and without Dropout
_DROPPING_NOTHING = re.compile(r"torchvision\.models\.(resnet|resnext|wide_resnet|densenet|regnet|shufflenet)\w*")


def replaced_head(network: Value, evaluator: Evaluator) -> Bound | None:
    """The layer that was put in as the head of a network, where the network was made."""
    made = _made(network)
    if made is None or not any(name.startswith(known.MODEL_FACTORIES) for name in _makers(made, evaluator)):
        return None
    call, context = made
    for store in reversed(call.function.stores):
        target = _head(store)
        if store.op != "=" or target is None:
            continue
        for owner in evaluator.values(target.base, context):
            if owner is network or (isinstance(owner, Opaque) and owner.node is call):
                return store.value, context
    return None


def gives_logits(network: Value, user: Call, evaluator: Evaluator) -> bool:
    """Whether a network is a classifier of torchvision with the head that it has there, which is linear. Code that
    touches the head of any network, where this one is made or used, leaves that open.
    """
    made = _made(network)
    if made is None or not any(map(_CLASSIFIER.fullmatch, _makers(made, evaluator))):
        return False
    modules = {id(call.function.module): call.function.module for call in (made[0], user)}
    return not any(_touches_head(function) for module in modules.values() for function in module.functions)


def is_pretrained(network: Value, evaluator: Evaluator) -> bool:
    """Whether a network of torchvision comes with its weights: `models.resnet50(weights="DEFAULT")`. Its vision
    transformers have nothing that differs in eval mode.
    """
    made = _made(whole_network(network, evaluator) or network)
    if made is None or not any(map(_WITH_MODES.fullmatch, _makers(made, evaluator))):
        return False
    call, context = made
    weights = call.keyword("weights")
    if weights is not None:
        given = evaluator.values(weights, context)
        return bool(given) and all(isinstance(v, External) or (isinstance(v, Constant) and v.value) for v in given)
    asked = call.keyword("pretrained") or (call.args[0] if call.args else None)
    return evaluator.constant(asked, context) is True


def is_frozen_below_head(network: Value, evaluator: Evaluator) -> bool:
    """Whether all weights of a network of torchvision without Dropout were frozen where it was made, and its head is
    linear. In eval mode BatchNorm keeps the statistics that such weights were trained with.
    """
    made = _made(network)
    if made is None or not any(map(_DROPPING_NOTHING.fullmatch, _makers(made, evaluator))):
        return False
    head = replaced_head(network, evaluator)
    if head is not None and not all(
        isinstance(layer, Instance) and layer.name.startswith("torch.nn.") and layer.last == "Linear"
        for layer in evaluator.values(*head)
    ):
        return False
    call, _ = made
    return any(
        isinstance(store.target, Attr)
        and store.target.name == "requires_grad"
        and evaluator.constant(store.value, None) is False
        and _lists_weights_of(store.target.base, call)
        and set(store.guards) <= set(call.guards)
        for store in call.function.stores
    )


def _lists_weights_of(weight: Node, network: Call) -> bool:
    """`for p in net.parameters()`."""
    drawn = strip(weight)
    listed = whose_parameters(strip(drawn.base)) if isinstance(drawn, Element) else None
    return listed is not None and strip(listed) is network


def tells_losses(network: Value, call: Call, evaluator: Evaluator) -> bool:
    """Whether a detector of torchvision is given targets: it tells its losses in train mode only."""
    made = _made(whole_network(network, evaluator) or network)
    targets = len(call.args) > 1 or call.keyword("targets") is not None
    return targets and made is not None and any(".models.detection." in maker for maker in _makers(made, evaluator))


def whole_network(part: Value, evaluator: Evaluator) -> Value | None:
    """The network that all but the head is taken of: `net.features`, `nn.Sequential(*list(net.children())[:-1])`."""
    node: Node | None = None
    if isinstance(part, Opaque) and isinstance(part.node, Attr) and part.node.name == "features":
        node, context = part.node.base, part.context
    elif isinstance(part, Instance) and part.cls is None and part.last == "Sequential" and part.call is not None:
        node, context = _cut(part.call), part.context
    if node is None:
        return None
    found = evaluator.values(node, context)
    return found[0] if len(found) == 1 else None


def is_plain_part(part: Value, evaluator: Evaluator) -> bool:
    """Whether it is all but the head of a network in which only the head differs in eval mode, such as `vgg19()`."""
    whole = whole_network(part, evaluator)
    made = _made(whole) if whole is not None else None
    return made is not None and any(_differs_in_head(name) for name in _makers(made, evaluator))


def is_used_in_part(factory: str, call: Call) -> bool:
    """The same of a call of the library: only the features are taken of what it makes, or only its weights."""
    operations = call.function.module.evaluator.dtypes.operations(call.function)
    takers = operations.takers_of(call)
    if takers and all(isinstance(taker, Attr) and taker.name in _WEIGHTS for taker in takers):
        return True
    return _differs_in_head(factory) and all(
        isinstance(taker, Attr) and (taker.name == "features" or _is_first_child(taker, operations)) for taker in takers
    )


def _is_first_child(node: Node, operations: Operations) -> bool:
    """`list(net.children())[0]`, the features of these networks."""
    if not isinstance(node, Attr) or node.name != "children":
        return False
    for _ in range(2):
        # the call of the method, and the list of what it gives
        calls = [taker for taker in operations.takers_of(node) if isinstance(taker, Call)]
        if len(calls) != 1:
            return False
        node = calls[0]
    takers = operations.takers_of(node)
    return bool(takers) and all(
        isinstance(taker, Item) and isinstance(taker.index, Const) and taker.index.value == 0 for taker in takers
    )


def _differs_in_head(factory: str) -> bool:
    return factory.rpartition(".")[2] in known.DROPPING_AT_THE_END


def _cut(row: Call) -> Node | None:
    """The network of whose layers a row is made, without the last of them."""
    layers = strip(row.args[0].base) if len(row.args) == 1 and isinstance(row.args[0], Starred) else None
    if not isinstance(layers, Item) or not isinstance(layers.index, Slice):
        return None
    node = strip(layers.base)
    if isinstance(node, Call) and isinstance(node.func, Free) and node.func.name == "list" and len(node.args) == 1:
        node = strip(node.args[0])
    if isinstance(node, Call) and isinstance(node.func, Attr) and node.func.name == "children":
        return node.func.base
    return None


def _made(network: Value) -> tuple[Call, Context | None] | None:
    """The call that made a network, in its frame."""
    if isinstance(network, Opaque) and isinstance(network.node, Call):
        return network.node, network.context
    if isinstance(network, Instance) and network.call is not None:
        return network.call, network.context
    return None


def _makers(made: tuple[Call, Context | None], evaluator: Evaluator) -> list[str]:
    """The names of what is called, as far as it lies outside the project."""
    call, context = made
    return [value.name for value in evaluator.values(call.func, context) if isinstance(value, External)]


def _touches_head(function: Function) -> bool:
    """Whether a function puts something into a head: `net.fc = ...`, `net.classifier.append(nn.LogSoftmax())`."""
    changed: list[Node] = [store.target for store in function.stores]
    changed += [call.func for call in function.calls if isinstance(call.func, Attr) and call.func.name in _ADDING]
    for node in changed:
        while isinstance(node, (Attr, Item)):
            if isinstance(node, Attr) and node.name in _HEADS:
                return True
            node = node.base
    return any(called_name(call) == "setattr" for call in function.calls)


def _head(store: Store) -> Attr | None:
    """The head that a store replaces: `model.fc = ...`; of `model.classifier[6] = ...` it is the last layer."""
    target = store.target.base if isinstance(store.target, Item) else store.target
    return target if isinstance(target, Attr) and target.name in _HEADS else None
