"""TLN204: the first loss of a classifier is far above that of guessing."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F

from torchlint.runtime.checks.base import Check
from torchlint.runtime.events import Graph
from torchlint.runtime.graph import LossNode, saved

#: A classifier that knows nothing has a loss of ln(C); healthy networks start within 8 % of it. Karpathy's recipe asks
#: for "verify loss @ init"; the factor leaves room for class weights, label smoothing and unlucky seeds.
FACTOR, OFFSET = 1.5, 0.2


class BadInitialLoss(Check):
    """Judges the cross entropy of the very first backward; a low one is no mistake (a pretrained model)."""

    code = "TLN204"
    severity = "warning"

    def on_graph(self, event: Graph) -> None:
        for loss in event.graph.losses("NllLoss", "NllLoss2D"):
            if loss.before_kinds[:1] == ["LogSoftmax"]:
                self._judge(*cross_entropy(loss))
        for loss in event.graph.losses("BinaryCrossEntropyWithLogits"):
            self._judge(*_binary(loss))
        self.done()

    def _judge(self, value: float | None, classes: int) -> None:
        if value is None or classes < 2:
            return
        expected = math.log(classes)
        if value > FACTOR * expected + OFFSET:
            self.report(
                f"the first loss is {value:.3g}, but a classifier that knows nothing starts near "
                f"ln({classes}) = {expected:.3g}: its first outputs are confident and wrong",
                "look at the initialisation of the last layer, the scale of the inputs, and the number of classes; "
                "the first hundreds of steps only undo this",
                first_loss=value,
                expected=expected,
                classes=classes,
            )


def cross_entropy(loss: LossNode) -> tuple[float | None, int]:
    """The mean over the targets, whatever the reduction was, and the number of classes."""
    log_probabilities, target = saved(loss.node, "self"), saved(loss.node, "target")
    if not isinstance(log_probabilities, torch.Tensor) or not isinstance(target, torch.Tensor):
        return None, 0
    ignored = saved(loss.node, "ignore_index")
    ignored = ignored - 2**64 if ignored >= 2**63 else ignored
    with torch.no_grad():
        value = F.nll_loss(log_probabilities.detach(), target, saved(loss.node, "weight"), ignore_index=ignored)
    return float(value), log_probabilities.shape[1 if log_probabilities.dim() > 1 else 0]


def _binary(loss: LossNode) -> tuple[float | None, int]:
    logits, target = saved(loss.node, "self"), saved(loss.node, "target")
    weighted = saved(loss.node, "weight") is not None or saved(loss.node, "pos_weight") is not None
    if weighted or not isinstance(logits, torch.Tensor) or not isinstance(target, torch.Tensor):
        return None, 0
    with torch.no_grad():
        return float(F.binary_cross_entropy_with_logits(logits.detach(), target)), 2
