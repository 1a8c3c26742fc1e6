"""TLN202: in the graph of the loss, a sigmoid stands before binary cross entropy with logits."""

from __future__ import annotations

from torchlint.runtime.checks.base import Check
from torchlint.runtime.events import Graph


class SigmoidIntoBceWithLogits(Check):
    """The loss applies a sigmoid of its own."""

    code = "TLN202"

    def on_graph(self, event: Graph) -> None:
        for loss in event.graph.losses("BinaryCrossEntropyWithLogits"):
            before = loss.before_kinds[:1]
            if before in (["Sigmoid"], ["Softmax"]):
                self.report(
                    f"{before[0].lower()} output goes into BCEWithLogitsLoss, which expects raw logits and applies "
                    "sigmoid itself: every probability ends up between 0.5 and 0.73",
                    "pass the raw logits to the loss; apply sigmoid only where probabilities are needed",
                    graph=f"{before[0]} -> BinaryCrossEntropyWithLogits",
                )
