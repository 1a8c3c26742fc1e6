"""What is known about a loss before anything is learnt: what it costs to guess."""

from __future__ import annotations

import math

import torch

from torchlint.runtime.graph import LossGraph, saved

#: how torch writes reduction="mean" in a node of the graph
MEAN = 1


def guessing(graph: LossGraph, scaled: bool) -> tuple[str, float] | None:
    """The name of the loss and ln(number of classes), where the loss is a mean cross entropy and nothing else.

    Then the loss that a step is measured by can be compared with it. `scaled`: a GradScaler has multiplied it.
    """
    # from the loss on: itself, or the multiplication and then itself
    ends = graph.nodes[: 2 if scaled else 1]
    for loss in graph.losses("NllLoss", "NllLoss2D", "BinaryCrossEntropyWithLogits"):
        if loss.node in ends and saved(loss.node, "reduction") == MEAN:
            if loss.kind == "BinaryCrossEntropyWithLogits":
                return "binary cross entropy", math.log(2)
            scores = saved(loss.node, "self")
            if loss.before_kinds[:1] == ["LogSoftmax"] and isinstance(scores, torch.Tensor) and scores.dim():
                classes = scores.shape[1 if scores.dim() > 1 else 0]
                return ("cross entropy", math.log(classes)) if classes > 1 else None
    return None
