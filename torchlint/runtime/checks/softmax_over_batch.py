"""TLN206: the probabilities of a loss sum to 1 over the batch instead of the classes."""

from __future__ import annotations

import torch

from torchlint.runtime.checks.base import Check
from torchlint.runtime.events import Graph
from torchlint.runtime.graph import Node, dimension, kind, saved


class SoftmaxOverBatch(Check):
    """A softmax over dimension 0 of a matrix, where it stands right before the loss."""

    code = "TLN206"

    def on_graph(self, event: Graph) -> None:
        for loss in event.graph.losses("NllLoss", "BinaryCrossEntropy"):
            for node in loss.before:
                if kind(node) in ("Softmax", "LogSoftmax"):
                    self._judge(node)
                elif kind(node) not in ("Log", "Add", "Clamp"):
                    break

    def _judge(self, node: Node) -> None:
        result = saved(node, "result")
        if not isinstance(result, torch.Tensor) or result.dim() != 2 or result.shape[0] < 2:
            return
        if dimension(node, 2) == 0:
            self.report(
                "the softmax before the loss runs over the batch (dim=0): the probabilities of each class sum to 1 "
                "over the samples, and each sample's result depends on the others",
                "use dim=1 (or dim=-1), the dimension of the classes",
                shape=tuple(result.shape),
            )
