"""TLN203: the numbers that reach NLLLoss or kl_div are no log-probabilities."""

from __future__ import annotations

import torch
import torch.nn.functional as F

from torchlint.runtime.checks.base import Check
from torchlint.runtime.events import Graph, Operation
from torchlint.runtime.graph import saved

#: log-probabilities are at most 0; more than this is no rounding error
ABOVE_ZERO = 1e-3


class ProbabilitiesIntoNll(Check):
    """Log-probabilities are never positive, so positive numbers settle it, whatever made them."""

    code = "TLN203"

    def on_graph(self, event: Graph) -> None:
        for loss in event.graph.losses("NllLoss", "NllLoss2D"):
            # without a reduction it serves as a gather, as in policy gradients
            values = saved(loss.node, "self")
            if saved(loss.node, "reduction") and isinstance(values, torch.Tensor):
                self._judge(values.detach(), "NLLLoss")

    def on_operation(self, event: Operation) -> None:
        if event.function is F.kl_div and event.args and isinstance(event.args[0], torch.Tensor):
            values = event.args[0]
            if values.requires_grad and torch.is_grad_enabled():
                self._judge(values.detach(), "kl_div")

    def _judge(self, values: torch.Tensor, loss: str) -> None:
        if not values.numel() or not bool((values > ABOVE_ZERO).any()):
            return
        low, high = float(values.min()), float(values.max())
        probabilities = low >= 0 and high <= 1 + ABOVE_ZERO
        what = "probabilities go" if probabilities else "numbers that are no log-probabilities (raw logits?) go"
        why = (
            "the loss turns negative and learns the wrong thing"
            if loss == "NLLLoss"
            else "the result is no divergence and can be negative"
        )
        self.report(
            f"{what} into {loss}, which expects log-probabilities: {why}",
            "use log_softmax instead of softmax, or CrossEntropyLoss on the raw logits",
            smallest=low,
            largest=high,
        )
