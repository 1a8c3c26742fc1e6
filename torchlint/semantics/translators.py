"""Generators whose noise is their Dropout, as that of pix2pix."""

from __future__ import annotations

from typing import TYPE_CHECKING

from torchlint.semantics.functions import Class
from torchlint.semantics.values import ClassValue, External, Instance, Value

if TYPE_CHECKING:
    from torchlint.semantics.evaluate import Evaluator


def draws_by_dropout(network: Value, evaluator: Evaluator) -> bool:
    """Whether a network turns pictures into pictures (a Tanh is the last layer), with InstanceNorm, which is the same
    in both modes, and Dropout, which is its noise: it stays on when pictures are made (Isola et al. 2017, section 3.3).
    """
    if not isinstance(network, Instance) or network.cls is None:
        return False
    layers = _layers(network.cls, evaluator)
    dropping = {"Dropout", "Dropout2d"} & layers
    return bool(dropping) and {"InstanceNorm2d", "Tanh"} <= layers and not any("BatchNorm" in name for name in layers)


def _layers(cls: Class, evaluator: Evaluator) -> set[str]:
    """The layers of torch that the methods of a class make, and those of the classes of the project that it makes."""
    layers: set[str] = set()
    queue, seen = [cls], {id(cls)}
    while queue:
        for owner in evaluator.mro(queue.pop()):
            for method in owner.methods.values():
                for call in method.calls:
                    for made in evaluator.values(call.func, None):
                        if isinstance(made, External) and made.name.startswith("torch.nn."):
                            layers.add(made.last)
                        elif isinstance(made, ClassValue) and id(made.cls) not in seen:
                            seen.add(id(made.cls))
                            queue.append(made.cls)
    return layers
