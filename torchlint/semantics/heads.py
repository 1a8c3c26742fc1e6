"""Networks of libraries that get another head: `model = models.resnet18(); model.fc = nn.Linear(512, 10)`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from torchlint.semantics.knowledge import training as known
from torchlint.semantics.nodes import Attr, Call, Item
from torchlint.semantics.values import Bound, External, Instance, Opaque, Value

if TYPE_CHECKING:
    from torchlint.semantics.evaluate import Evaluator

#: what torchvision, timm and others call the layer, or the layers, that come last
_HEADS = frozenset({"fc", "classifier", "head", "heads", "last_linear"})


def replaced_head(network: Value, evaluator: Evaluator) -> Bound | None:
    """The layer that was put in as the head of a network, where the network was made."""
    made = network.node if isinstance(network, Opaque) else network.call if isinstance(network, Instance) else None
    if not isinstance(made, Call) or not isinstance(network, (Opaque, Instance)):
        return None
    context = network.context
    if not any(
        isinstance(factory, External) and factory.name.startswith(known.MODEL_FACTORIES)
        for factory in evaluator.values(made.func, context)
    ):
        return None
    for store in reversed(made.function.stores):
        # `model.classifier[6] = ...`: what is put into the last layers is the last of them
        target = store.target.base if isinstance(store.target, Item) else store.target
        if store.op != "=" or not isinstance(target, Attr) or target.name not in _HEADS:
            continue
        for owner in evaluator.values(target.base, context):
            if owner is network or (isinstance(owner, Opaque) and owner.node is made):
                return store.value, context
    return None
