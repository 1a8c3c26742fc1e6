"""Does the input matter?"""

from __future__ import annotations

import functools
import math
from typing import Any

import torch

from torchlint.runtime.operations import tensors_in
from torchlint.runtime.preflight.batches import Batch, fields
from torchlint.runtime.preflight.checks.base import PreflightCheck, Skip
from torchlint.runtime.preflight.report import Outcome
from torchlint.runtime.preflight.subject import LEARNT, Subject
from torchlint.runtime.preflight.training import fit, without_dropout

#: The share of what was learnt that has to come from the input. An ignored input gives 0, networks that are right 0.3
#: to 1 (Karpathy's recipe: "input-independent baseline").
SHARE = 0.05
#: outputs that change by less, of the largest, when the input is replaced by zeros, don't change
UNCHANGED = 1e-6


class ZeroInput(PreflightCheck):
    """The same short training as `overfit-batch`, with zeros for inputs, learns less; and outputs depend on inputs."""

    name = "zero-input"
    order = 120

    def run(self, subject: Subject) -> Outcome:
        memory = subject.memory
        zeroed = memory.batch.with_inputs(_zeros)
        if lost := self._lost(subject, memory.batch, zeroed):
            return lost
        if len(memory.fit.losses) < 2 or memory.fit.first <= memory.fit.best:
            raise Skip("nothing was learnt that could come from the input: see 'overfit-batch'")
        if subject.kind_of(memory.batch).guess == 0.0:
            raise Skip("the targets of the batch are all the same: they can be learnt without looking at the input")
        trial = subject.trial()
        without_dropout(trial.model)
        steps = len(memory.fit.losses) - 1
        subject.progress.training("zeros for inputs", steps)
        blind = fit(trial, zeroed, memory.fit.rate, -math.inf, subject.progress.tick, steps)
        if not math.isfinite(blind.best):
            raise Skip("the model gives no finite loss for inputs of zero")
        share = (blind.best - memory.fit.best) / (memory.fit.first - memory.fit.best)
        evidence: dict[str, Any] = {"with_input": memory.fit.best, "with_zeros": blind.best, "steps": steps}
        if memory.reference is not None and blind.best <= LEARNT * memory.reference:
            raise Skip(f"the targets of the batch can be learnt without looking at the input ({blind.best:.3g})")
        if memory.reference is None or share >= SHARE:
            return self.passed("the input matters", **evidence)
        return self.failed(
            "the model learns no more from the inputs than from zeros",
            "inputs that don't reach the output, or that are the same for all samples",
            "follow the input through forward(), and look at the batch right before it goes into the model",
            **evidence,
        )

    def _lost(self, subject: Subject, batch: Batch, zeroed: Batch) -> Outcome | None:
        """All inputs, or one of several, that the output does not depend on."""
        change = self._change(subject, batch, zeroed)
        if change is not None and change <= UNCHANGED:
            return self.failed(
                "the output is the same when all inputs are zero: the input does not reach it",
                "a variable that is overwritten on the way, a product with zero, or a mask that hides everything",
                "follow the input through forward() and print its standard deviation layer by layer",
                change=change,
            )
        for number, one in enumerate(batch.inputs(), 1):
            without = batch.with_inputs(functools.partial(_zeros_for, one))
            change = None if torch.equal(_zeros(one), one) else self._change(subject, batch, without)
            if change is not None and change <= UNCHANGED:
                return self.warning(
                    f"the output is the same when input {number}, of shape {list(one.shape)}, is zero: it is not used",
                    "a variable that is overwritten on the way, or an argument that forward() ignores",
                    "follow it through forward(), or leave it out of the batch",
                    change=change,
                )
        return None

    @staticmethod
    def _change(subject: Subject, batch: Batch, zeroed: Batch) -> float | None:
        """How much the output of the untrained model changes, of its largest number, with the same random numbers."""
        trial = subject.trial()
        trial.model.eval()
        outputs: list[list[torch.Tensor]] = []
        with torch.no_grad():
            for inputs in (batch, zeroed):
                subject.reseed()
                found = tensors_in(fields(trial.output(inputs)))
                outputs.append([tensor.float() for tensor in found if tensor.is_floating_point()])
        pairs = [(one, other) for one, other in zip(*outputs) if one.shape == other.shape and one.numel()]
        changes = [float((one - other).abs().max() / one.abs().max().clamp_min(1e-30)) for one, other in pairs]
        return max(changes) if changes and all(map(math.isfinite, changes)) else None


def _zeros_for(one: torch.Tensor, tensor: torch.Tensor) -> torch.Tensor:
    return _zeros(tensor) if tensor is one else tensor


def _zeros(tensor: torch.Tensor) -> torch.Tensor:
    """Masks, of which all numbers are 0 or 1, are left as they are: nothing but NaN comes of hiding everything."""
    if not tensor.is_floating_point() and bool(((tensor == 0) | (tensor == 1)).all()):
        return tensor
    return torch.zeros_like(tensor)
