"""TLN201: a softmax stands before the log-softmax of cross entropy."""

from __future__ import annotations

import torch
import torch.nn.functional as F

from torchlint.runtime.checks.base import Check
from torchlint.runtime.events import Graph, Operation
from torchlint.runtime.graph import Node, chain_before, kind

#: functions of the graph that leave probabilities nearly what they are
_HARMLESS = ("Clamp", "ClampMin", "ClampMax")

#: rows of probabilities sum to 1 within this, in float32 and in half precision
_CLOSE = 1e-3


class SoftmaxIntoCrossEntropy(Check):
    """By the graph, by the numbers (a softmax written by hand), or by the last operation of a compiled model.

    Log-softmax of log-probabilities is harmless, and rows of raw logits never sum to 1 by chance.
    """

    code = "TLN201"

    def on_graph(self, event: Graph) -> None:
        for node in event.graph.by_kind.get("LogSoftmax", ()):
            before = next((step for step in chain_before(node) if kind(step) not in _HARMLESS), None)
            squashed = None if before is None else self._squashed(before)
            if squashed is not None:
                self._tell(squashed, f"{squashed} stands before LogSoftmax in the graph of the loss")

    def _squashed(self, node: Node) -> str | None:
        """The kind of a node that makes probabilities."""
        if kind(node) == "CompiledFunction":
            return self.session.last_operation_of_compiled(node)
        return kind(node) if kind(node) in ("Softmax", "Sigmoid") else None

    def on_operation(self, event: Operation) -> None:
        if event.function is not F.cross_entropy or not torch.is_grad_enabled():
            return
        values = event.args[0] if event.args else event.kwargs.get("input")
        if not isinstance(values, torch.Tensor) or values.dim() < 2 or not values.numel() or values.shape[1] < 2:
            return
        values = values.detach().float()
        if bool((values >= 0).all()) and bool(((values.sum(1) - 1).abs() < _CLOSE).all()):
            self._tell("softmax", "each row of the input is positive and sums to 1")

    def _tell(self, squashed: str, reason: str) -> None:
        self.report(
            f"{squashed.lower()} output goes into a cross entropy, which expects raw logits and applies log_softmax "
            "itself: squashed twice, the gradients shrink and training stalls early",
            "pass the raw logits to the loss; apply softmax only where probabilities are needed",
            reason=reason,
        )
