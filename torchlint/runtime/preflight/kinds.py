"""What kind of loss it is, read from its autograd graph: what guessing costs, and whether it can reach zero."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import torch
import torch.nn.functional as F

from torchlint.runtime.checks.bad_initial_loss import cross_entropy
from torchlint.runtime.graph import TRANSPARENT, LossGraph, LossNode, Node, kind, saved

Kind = Literal["cross entropy", "binary cross entropy", "regression", "other"]

_REGRESSIONS: dict[str, Callable[..., torch.Tensor]] = {
    "MseLoss": F.mse_loss,
    "SmoothL1Loss": F.smooth_l1_loss,
    "HuberLoss": F.huber_loss,
}
_BINARY: dict[str, Callable[..., torch.Tensor]] = {
    "BinaryCrossEntropyWithLogits": F.binary_cross_entropy_with_logits,
    "BinaryCrossEntropy": F.binary_cross_entropy,
}

#: operations after a loss function that only scale it
_SCALING = TRANSPARENT | {"Mean", "Sum", "Mul", "Div"}


@dataclass(frozen=True, slots=True)
class LossKind:
    """The loss of a model on a batch, and what to compare it with.

    `mean` is the loss per target, `uniform` what it is for a model that knows nothing, ln(C). `guess` is what the best
    answer costs that does not depend on the input, as far as this batch tells, in the units of `value`: the entropy of
    its labels, or the spread of its targets. It is None where the loss can't be told to reach zero: soft labels, label
    smoothing, further terms.
    """

    kind: Kind
    value: float
    mean: float | None = None
    uniform: float | None = None
    guess: float | None = None
    classes: int | None = None
    #: shares of the classes among the labels of the batch
    shares: tuple[float, ...] = ()
    #: how many labels these are
    count: int = 0


def loss_kind(loss: torch.Tensor) -> LossKind:
    value = float(loss.detach())
    if loss.grad_fn is None:
        return LossKind("other", value)
    graph = LossGraph([loss])
    nodes = [one for one in graph.losses("NllLoss", "NllLoss2D") if one.before_kinds[:1] == ["LogSoftmax"]]
    nodes += graph.losses(*_BINARY, *_REGRESSIONS)
    if len(nodes) != 1:
        return LossKind("other", value)
    with torch.no_grad():
        return _judged(nodes[0], value, alone=_only_scaled(loss.grad_fn, nodes[0].node))


def _only_scaled(root: Node, node: Node) -> bool:
    """Whether the loss is this function, times a number at most."""
    while root is not node:
        children = [child for child, _ in root.next_functions if child is not None]
        if len(children) != 1 or kind(root) not in _SCALING:
            return False
        root = children[0]
    return True


def _judged(loss: LossNode, value: float, alone: bool) -> LossKind:
    if loss.kind in _REGRESSIONS:
        return _regression(loss, value, alone)
    if loss.kind in _BINARY:
        return _binary(loss, value, alone)
    mean, classes = cross_entropy(loss)
    target = saved(loss.node, "target")
    labels = target[(target >= 0) & (target < classes)].flatten() if isinstance(target, torch.Tensor) else None
    if mean is None or labels is None or not len(labels):
        return LossKind("other", value)
    counts = torch.bincount(labels, minlength=classes).double()
    return _classifier("cross entropy", value, mean, counts, alone)


def _binary(loss: LossNode, value: float, alone: bool) -> LossKind:
    given, target = saved(loss.node, "self"), saved(loss.node, "target")
    if not isinstance(given, torch.Tensor) or not isinstance(target, torch.Tensor) or given.shape != target.shape:
        return LossKind("other", value)
    weighted = saved(loss.node, "weight") is not None or saved(loss.node, "pos_weight") is not None
    hard = bool(((target == 0) | (target == 1)).all())
    mean = float(_BINARY[loss.kind](given.detach(), target))
    ones = target.double().sum()
    counts = torch.stack([target.numel() - ones, ones])
    return _classifier("binary cross entropy", value, mean, counts, alone and hard and not weighted)


def _classifier(kind: Kind, value: float, mean: float, counts: torch.Tensor, alone: bool) -> LossKind:
    total = counts.sum()
    shares = counts / total
    entropy = float(torch.special.entr(shares).sum())
    guess = entropy * value / mean if alone and mean and math.isfinite(value) else None
    uniform = math.log(len(counts)) if len(counts) > 1 else None
    return LossKind(kind, value, mean, uniform, guess, len(counts), tuple(shares.tolist()), int(total))


def _regression(loss: LossNode, value: float, alone: bool) -> LossKind:
    target, given = saved(loss.node, "target"), saved(loss.node, "self")
    if not isinstance(target, torch.Tensor) or not isinstance(given, torch.Tensor) or target.shape != given.shape:
        return LossKind("regression", value)
    function = _REGRESSIONS[loss.kind]
    mean = float(function(given.detach(), target))
    spread = float(function(target.mean().expand_as(target), target))
    guess = spread * value / mean if alone and mean and math.isfinite(value) else None
    return LossKind("regression", value, mean, guess=guess, count=target.numel())
