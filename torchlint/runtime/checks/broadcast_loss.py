"""TLN205: (N, 1) against (N) makes a loss over all N x N pairs."""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F

from torchlint.runtime.checks.base import Check
from torchlint.runtime.events import Graph, Operation
from torchlint.runtime.graph import kind, saved

_LOSSES = (F.mse_loss, F.l1_loss, F.smooth_l1_loss, F.huber_loss, F.binary_cross_entropy)
_DIFFERENCES = ("sub", "__sub__", "rsub", "__rsub__", "subtract")
_PRODUCTS = ("mul", "__mul__", "__rmul__", "multiply")
_COMPARISONS = ("eq", "__eq__", "ne", "__ne__")


class BroadcastLoss(Check):
    """By the graph for the loss functions that keep their inputs, by the operation for those written by hand."""

    code = "TLN205"

    def on_graph(self, event: Graph) -> None:
        for loss in event.graph.losses("MseLoss", "SmoothL1Loss", "HuberLoss"):
            inputs = [child for child, _ in loss.node.next_functions if child is not None]
            broad = saved(loss.node, "self")
            for child in inputs:
                if kind(child) == "Expand" and isinstance(broad, torch.Tensor):
                    self._judge(saved(child, "self_sym_sizes") or (), broad.shape)

    def _judge(self, before: Sequence[int], after: Sequence[int]) -> None:
        size = before[0] if before else 0
        if size > 1 and tuple(before) in ((size, 1), (size,)) and tuple(after) == (size, size):
            self._tell(size)

    def on_operation(self, event: Operation) -> None:
        name = getattr(event.function, "__name__", "")
        if event.function not in _LOSSES and name not in (*_DIFFERENCES, *_PRODUCTS, *_COMPARISONS):
            return
        pair = [argument for argument in event.args[:2] if isinstance(argument, torch.Tensor)]
        pair += [event.kwargs[key] for key in ("input", "target", "other") if key in event.kwargs]
        if len(pair) != 2 or not all(isinstance(tensor, torch.Tensor) for tensor in pair):
            return
        size = pair[0].shape[0] if pair[0].dim() else 0
        shapes = {tuple(tensor.shape) for tensor in pair}
        if size < 2 or shapes != {(size, 1), (size,)}:
            return
        # a prediction needs a gradient and a target does not; pairwise distances of one tensor do on both sides
        one_learns = pair[0].requires_grad != pair[1].requires_grad
        if name in _PRODUCTS or name in _COMPARISONS:
            # outer products are common, but not over the batch
            if size == self.session.batch_size and pair[0].data_ptr() != pair[1].data_ptr():
                if name in _COMPARISONS:
                    self._tell_metric(size)
                elif one_learns:
                    self._tell(size)
        elif one_learns:
            self._tell(size)

    def _tell_metric(self, size: int) -> None:
        self.report(
            f"predictions and labels of the shapes ({size}, 1) and ({size}) are compared: they broadcast to "
            f"({size}, {size}), so the count of right answers is one over all pairs",
            "give both the same shape: prediction.squeeze(1), or labels.unsqueeze(1)",
            severity="warning",
            pairs=size * size,
        )

    def _tell(self, size: int) -> None:
        self.report(
            f"prediction and target have the shapes ({size}, 1) and ({size}): they broadcast to ({size}, {size}), "
            "so every prediction is compared with every target and the model learns the mean",
            "give both the same shape: prediction.squeeze(1), or target.unsqueeze(1)",
            pairs=size * size,
        )
