"""Are the labels such that the loss means something?"""

from __future__ import annotations

from typing import Any

import torch

from torchlint.runtime.graph import LossGraph, saved
from torchlint.runtime.preflight.checks.base import PreflightCheck, Skip
from torchlint.runtime.preflight.report import Outcome
from torchlint.runtime.preflight.subject import Subject

#: from that many labels on, chance does not make them all the same: for two balanced classes it is 1 in 30,000
MANY = 16


class Labels(PreflightCheck):
    """Labels lie in [0, C) for cross entropy and in [0, 1] for the binary one; targets are finite and differ."""

    name = "labels"
    order = 20

    def run(self, subject: Subject) -> Outcome:
        labels = [label for label in subject.batch.labels if label.numel()]
        if not labels:
            raise Skip("no labels are to be seen in the batch")
        if any(label.is_floating_point() and not label.isfinite().all() for label in labels):
            return self.failed(
                "a target is NaN or infinite",
                "missing values in the data set, or a logarithm or division on the way",
                "drop these samples, or mask them in the loss",
                code="TLN503",
            )
        if subject.label_problem is not None:
            return self._out_of_range(*subject.label_problem)
        outside = self._outside_unit(subject)
        if outside is not None:
            return outside
        kind = subject.kind
        evidence: dict[str, Any] = {"labels": kind.count, "classes": kind.classes} if kind.classes else {}
        values = torch.cat([label.flatten().double() for label in labels])
        if len(values) >= MANY and bool((values == values[0]).all()):
            return self.warning(
                f"all {len(values)} labels of the batch are {float(values[0]):g}",
                "a data set that is sorted by class and not shuffled, or labels that were lost on the way",
                "shuffle, and look at the labels that the loader gives",
                **evidence,
            )
        return self.passed("in the range of the loss" if kind.classes else "finite and different", **evidence)

    def _out_of_range(self, classes: int, strange: list[int]) -> Outcome:
        shown = ", ".join(map(str, strange[:5])) + (", ..." if len(strange) > 5 else "")
        return self.failed(
            f"labels are outside [0, {classes}): {shown}",
            "labels that count from 1, or a last layer of the wrong size"
            if max(strange) >= classes
            else "a marker of missing labels that the loss does not know of",
            f"count labels from 0 and give the last layer {max(strange) + 1} outputs, or subtract 1"
            if max(strange) >= classes
            else f"pass ignore_index={min(strange)}",
            classes=classes,
            lowest=min(strange),
            highest=max(strange),
        )

    def _outside_unit(self, subject: Subject) -> Outcome | None:
        """Binary cross entropy with logits takes any number for a target, and has no lower bound then."""
        trial = subject.trial()
        loss = trial.loss(subject.batch)
        if loss.grad_fn is None:
            return None
        for one in LossGraph([loss]).losses("BinaryCrossEntropyWithLogits"):
            target = saved(one.node, "target")
            if isinstance(target, torch.Tensor) and bool(((target < 0) | (target > 1)).any()):
                low, high = float(target.min()), float(target.max())
                return self.failed(
                    f"targets of binary cross entropy are outside [0, 1]: from {low:g} to {high:g}",
                    "labels of -1 and 1, or masks of 0 and 255",
                    "map them to 0 and 1",
                    lowest=low,
                    highest=high,
                )
        return None
