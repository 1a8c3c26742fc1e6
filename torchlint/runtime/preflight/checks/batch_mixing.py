"""TLN402: is the answer to one sample independent of the others?"""

from __future__ import annotations

import functools
from typing import Any

import torch
from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm

from torchlint.runtime.operations import tensors_in
from torchlint.runtime.preflight.batches import Batch, fields, is_relation
from torchlint.runtime.preflight.checks.base import PreflightCheck, Skip
from torchlint.runtime.preflight.copies import Trial, brief
from torchlint.runtime.preflight.report import Outcome
from torchlint.runtime.preflight.subject import Subject

#: samples that are compared: enough for a permutation to show
SAMPLES = 5
#: A gradient is zero or not; the answer to a replaced sample is compared up to what another order of sums changes.
TOLERANCE = 1e-4


class BatchMixing(PreflightCheck):
    """The gradient of output i with respect to input j is zero for i other than j.

    The model is in eval mode, so that BatchNorm, which mixes on purpose, uses its running statistics; one without them
    is passed by. Inputs without gradients (tokens) are replaced instead, sample by sample.
    """

    name = "batch-mixing"
    code = "TLN402"
    order = 70

    def run(self, subject: Subject) -> Outcome:
        size = subject.batch.size
        if size < 2:
            raise Skip("the batch holds one sample only")
        if any(is_relation(tensor, size) for tensor in subject.batch.inputs()):
            raise Skip(f"an input of shape ({size}, {size}) relates the samples to each other: they depend on purpose")
        trial = subject.trial()
        trial.model.eval()
        for module in trial.model.modules():
            if isinstance(module, _BatchNorm) and module.running_mean is None:
                module.register_forward_hook(lambda module, args, output: args[0])
        batch = self._small(subject, trial)
        dimension = self._dimension(subject, trial, batch)
        mixed = self._by_gradient(subject, trial, batch, dimension)
        way = "gradient"
        if mixed is None:
            mixed = self._by_replacement(subject, trial, batch, dimension)
            way = "replacement of samples"
        if not mixed:
            return self.passed(f"no output depends on another sample, by {way}", samples=batch.size)
        if dimension == 0 and self._may_be_time_first(subject, trial, batch):
            raise Skip(
                "outputs depend on each other along the first dimension but not along the second: right if the time "
                "comes first; if the batch does, give nn.LSTM, nn.GRU or nn.Transformer batch_first=True"
            )
        (output, other), count = mixed[0], len(mixed)
        return self.failed(
            f"output {output} depends on sample {other}: samples of a batch are mixed ({count} pairs, by {way})",
            "a view or reshape that folds the batch into another dimension, a transpose too few, a softmax or mean "
            "over dimension 0, or nn.LSTM or nn.Transformer without batch_first=True",
            "keep the batch dimension first in every view, and permute before reshape",
            samples=batch.size,
            mixed_pairs=count,
        )

    @staticmethod
    def _small(subject: Subject, trial: Trial) -> Batch:
        few = subject.batch.take(SAMPLES)
        try:
            trial.output(few)
        except Exception:
            return subject.batch
        return few

    @staticmethod
    def _dimension(subject: Subject, trial: Trial, batch: Batch) -> int:
        """Where samples lie in the output; skips what has no such place, or compares all with all."""
        with torch.no_grad():
            shapes = [tuple(one.shape) for one in _outputs(trial.output(batch))]
            fewer = batch.take(batch.size - 1)
            try:
                others = [tuple(one.shape) for one in _outputs(trial.output(fewer))]
            except Exception as error:
                raise Skip(f"the model takes no smaller batch: {brief(error)}") from None
        if not shapes or not shapes[0]:
            raise Skip("the model's output is one number for the whole batch")
        if len(shapes[0]) != len(others[0]):
            raise Skip("the output has another number of dimensions for another number of samples")
        changed = [
            dimension
            for dimension, (size, other) in enumerate(zip(shapes[0], others[0]))
            if (size, other) == (batch.size, fewer.size)
        ]
        if len(changed) == 1:
            return changed[0]
        if changed:
            raise Skip(f"the output of shape {shapes[0]} compares samples with each other")
        raise Skip(f"the output of shape {shapes[0]} has no dimension for {batch.size} samples")

    @staticmethod
    def _by_gradient(subject: Subject, trial: Trial, batch: Batch, dimension: int) -> list[tuple[int, int]] | None:
        """Pairs of an output and another sample that it depends on; None where there is no gradient to ask."""
        leaves: list[torch.Tensor] = []

        def leaf(tensor: torch.Tensor) -> torch.Tensor:
            if not tensor.is_floating_point():
                return tensor
            leaves.append(tensor.clone().requires_grad_())
            return leaves[-1]

        with_leaves = batch.with_inputs(leaf)
        subject.reseed()
        output = _outputs(trial.output(with_leaves))[0]
        places = [_place(tensor, batch.size) for tensor in leaves]
        if not output.requires_grad or not any(place is not None for place in places):
            return None
        weights = torch.rand_like(output.detach())
        mixed: list[tuple[int, int]] = []
        for number in range(batch.size):
            one = (output.select(dimension, number) * weights.select(dimension, number)).sum()
            gradients = torch.autograd.grad(one, leaves, retain_graph=True, allow_unused=True)
            if number == 0 and all(gradient is None or not bool(gradient.any()) for gradient in gradients):
                return None
            for gradient, place in zip(gradients, places):
                if gradient is not None and place is not None:
                    if not bool(gradient.isfinite().all()):
                        raise Skip("the gradient of the output holds NaN or Inf")
                    touched = gradient.movedim(place, 0).flatten(1).any(1).nonzero().flatten().tolist()
                    mixed += [(number, other) for other in touched if other != number]
        return mixed

    @staticmethod
    def _by_replacement(subject: Subject, trial: Trial, batch: Batch, dimension: int) -> list[tuple[int, int]]:
        mixed: list[tuple[int, int]] = []
        with torch.no_grad():
            subject.reseed()
            before = _outputs(trial.output(batch))[0].float()
            limit = TOLERANCE * float(before.abs().max())
            for number in range(batch.size):
                changed = batch.with_inputs(functools.partial(_replaced, number, batch.size))
                subject.reseed()
                after = _outputs(trial.output(changed))[0].float()
                if after.shape != before.shape:
                    raise Skip("the output's shape depends on the input")
                moved = (after - before).abs().movedim(dimension, 0).flatten(1).amax(1) > limit
                mixed += [(other, number) for other in moved.nonzero().flatten().tolist() if other != number]
        return mixed

    @staticmethod
    def _may_be_time_first(subject: Subject, trial: Trial, batch: Batch) -> bool:
        """Targets for each step, layers that have the time first by default, and no mixing along dimension 1."""
        layers = [module for module in trial.model.modules() if isinstance(module, (nn.RNNBase, nn.MultiheadAttention))]
        if not layers or any(layer.batch_first for layer in layers):
            return False
        second = {tensor.shape[1] if tensor.dim() > 1 else 0 for tensor in (*batch.inputs(), *batch.labels)}
        if len(second) != 1 or max(second) < 2:
            return False
        with torch.no_grad():
            subject.reseed()
            before = _outputs(trial.output(batch))[0].float()
            subject.reseed()
            after = _outputs(trial.output(batch.with_inputs(_column_replaced)))[0].float()
        if before.dim() < 2 or before.shape[1] not in second:
            return False
        moved = (after - before).abs().transpose(0, 1).flatten(1).amax(1) > TOLERANCE * float(before.abs().max())
        return not bool(moved[1:].any())


def _outputs(output: Any) -> list[torch.Tensor]:
    found = [tensor for tensor in tensors_in(fields(output)) if tensor.is_floating_point() and tensor.dim()]
    if not found:
        raise Skip("the model's output holds no tensor of floating-point numbers with a dimension for samples")
    return found


def _place(tensor: torch.Tensor, size: int) -> int | None:
    return next((dimension for dimension in range(min(2, tensor.dim())) if tensor.shape[dimension] == size), None)


def _replaced(number: int, size: int, tensor: torch.Tensor) -> torch.Tensor:
    """With the next sample in the place of this one."""
    place = _place(tensor, size)
    if place is None:
        return tensor
    changed = tensor.clone()
    changed.select(place, number).copy_(tensor.select(place, (number + 1) % size))
    return changed


def _column_replaced(tensor: torch.Tensor) -> torch.Tensor:
    changed = tensor.clone()
    changed[:, 0] = tensor[:, 1]
    return changed
