"""Networks that come with their weights, as a library gives them or inside a class of the project."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from torchlint.semantics.functions import Class
from torchlint.semantics.heads import is_pretrained
from torchlint.semantics.layers import has_weights
from torchlint.semantics.nodes import Attr, Call
from torchlint.semantics.operations import called_name
from torchlint.semantics.reach import origins
from torchlint.semantics.values import Instance, Opaque, Value

if TYPE_CHECKING:
    from torchlint.semantics.evaluate import Evaluator
    from torchlint.semantics.module import Module

#: Functions that read weights from a file or from the net.
_READING = frozenset({"load", "load_url", "load_state_dict_from_url", "load_file"})
#: Signs of a network that follows another one step by step (a mean teacher): it may well be in train mode.
_AVERAGE = re.compile(rb"(?i)ema\b|moving.?average|mean.?teacher|momentum.?(encoder|update)|lerp|\.mul_\(")


def comes_with_weights(network: Value, evaluator: Evaluator) -> bool:
    """Whether a network is one of torchvision with its weights, or a network of the project that has no others."""
    if isinstance(network, Instance) and network.cls is not None:
        return _wraps_pretrained(network, network.cls, evaluator)
    return is_pretrained(network, evaluator)


def _wraps_pretrained(network: Instance, cls: Class, evaluator: Evaluator) -> bool:
    init = evaluator.find_method(cls, "__init__")
    names = {store.target.name for store in init.stores if isinstance(store.target, Attr)} if init is not None else ()
    parts = [part for name in sorted(names) for part in evaluator.attribute(network, name)]
    came = [
        part
        for part in parts
        if (isinstance(part, Opaque) or (isinstance(part, Instance) and part.cls is None))
        and is_pretrained(part, evaluator)
    ]
    return bool(came) and not any(part not in came and has_weights(evaluator, part) for part in parts)


def is_from_file(call: Call) -> bool:
    """`net.load_state_dict(torch.load("teacher.pt"))`."""
    return bool(call.args) and any(
        isinstance(node, Call) and called_name(node) in _READING for node in origins(call.args[0])
    )


def keeps_average(module: Module) -> bool:
    """Whether a network of a file may be the average of what another one was."""
    return bool(_AVERAGE.search(module.source.data))
