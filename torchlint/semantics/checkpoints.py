"""Networks of Transformers whose checkpoint has no active Dropout."""

from __future__ import annotations

from typing import TYPE_CHECKING

from torchlint.semantics.knowledge.layers import loads_network
from torchlint.semantics.knowledge.training import CHECKPOINTS_WITHOUT_DROPOUT
from torchlint.semantics.nodes import Call, strip
from torchlint.semantics.values import External, Opaque

if TYPE_CHECKING:
    from torchlint.semantics.evaluate import Evaluator


def drops_nothing(network: Opaque, evaluator: Evaluator) -> bool:
    """Whether a network is loaded from a checkpoint that is the same in both modes, and nothing else is asked for:
    `AutoModel.from_pretrained("Qwen/Qwen2.5-7B")`.
    """
    made = strip(network.node)
    if not isinstance(made, Call) or any("drop" in name for name, _ in made.keywords if name):
        return False
    classes = [
        callee.name
        for callee in evaluator.values(made.func, network.context)
        if isinstance(callee, External) and loads_network(callee.name)
    ]
    if not classes:
        return False
    given = made.args[0] if made.args else made.keyword("pretrained_model_name_or_path")
    checkpoint = evaluator.constant(given, network.context)
    return any(CHECKPOINTS_WITHOUT_DROPOUT.search(f"{name} {checkpoint}") for name in classes)
