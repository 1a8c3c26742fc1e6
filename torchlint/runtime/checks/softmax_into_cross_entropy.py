"""TLN201: in the graph of the loss, a softmax stands before the log-softmax of cross entropy."""

from __future__ import annotations

from torchlint.runtime.checks.base import Check
from torchlint.runtime.events import BackwardStart
from torchlint.runtime.graph import chain_before, kind


class SoftmaxIntoCrossEntropy(Check):
    """Log-softmax of probabilities; log-softmax of log-probabilities is harmless."""

    code = "TLN201"

    def on_backward_start(self, event: BackwardStart) -> None:
        if event.graph is None:
            return
        for node in event.graph.by_kind.get("LogSoftmax", ()):
            before = next(chain_before(node), None)
            if before is not None and kind(before) in ("Softmax", "Sigmoid"):
                squashed = kind(before).lower()
                self.report(
                    f"{squashed} output goes into a cross entropy, which expects raw logits and applies log_softmax "
                    "itself: squashed twice, the gradients shrink and training stalls early",
                    "pass the raw logits to the loss; apply softmax only where probabilities are needed",
                    graph=f"{kind(before)} -> LogSoftmax",
                )
