"""What each loss of torch expects as its first argument.

Source: the *Shape* and formula sections of the torch.nn loss pages (pytorch.org/docs/stable/nn.html#loss-functions).
"""

from __future__ import annotations

LOGITS = "logits"  # one score per class; the loss applies log_softmax
BINARY_LOGITS = "binary logits"  # the loss applies the sigmoid
LOG_PROBABILITIES = "log-probabilities"

#: loss class or function, by the last part of its name -> (what it expects, keyword of that argument)
EXPECTS: dict[str, tuple[str, str]] = {
    "CrossEntropyLoss": (LOGITS, "input"),
    "cross_entropy": (LOGITS, "input"),
    "MultiMarginLoss": (LOGITS, "input"),
    "BCEWithLogitsLoss": (BINARY_LOGITS, "input"),
    "binary_cross_entropy_with_logits": (BINARY_LOGITS, "input"),
    "MultiLabelSoftMarginLoss": (BINARY_LOGITS, "input"),
    "multilabel_soft_margin_loss": (BINARY_LOGITS, "input"),
    "sigmoid_focal_loss": (BINARY_LOGITS, "inputs"),
    "NLLLoss": (LOG_PROBABILITIES, "input"),
    "NLLLoss2d": (LOG_PROBABILITIES, "input"),
    "nll_loss": (LOG_PROBABILITIES, "input"),
    "KLDivLoss": (LOG_PROBABILITIES, "input"),
    "kl_div": (LOG_PROBABILITIES, "input"),
}

#: losses that measure a distance between distributions: raw scores are not what is wrong with them most often
DIVERGENCES = frozenset({"KLDivLoss", "kl_div"})

_ROOTS = ("torch.nn", "torchvision.ops")


def expected(name: str) -> tuple[str, str] | None:
    """What the loss of this dotted name expects, and the keyword of that argument; None if it is no such loss."""
    root, _, last = name.rpartition(".")
    return EXPECTS.get(last) if root.startswith(_ROOTS) else None
