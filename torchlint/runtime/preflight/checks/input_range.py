"""Are the inputs such that a network can learn from them?"""

from __future__ import annotations

from typing import Any

import torch

from torchlint.runtime.preflight.checks.base import PreflightCheck, Skip
from torchlint.runtime.preflight.report import Outcome
from torchlint.runtime.preflight.subject import Subject

#: Root mean square beyond which inputs are not on a network's scale. LeCun et al. (Efficient BackProp, 1998, 4.3) ask
#: for a mean of 0 and a variance of 1; a hundred times that in either direction is no matter of taste. (UMLAUT's range
#: of -1 to 1 is left by the inputs of 22 of 31 healthy trainings.)
LARGE, SMALL = 100.0, 0.01
#: that many bytes of an image lie beyond 1
BYTES = 16

_NORMALISE = "subtract the mean and divide by the standard deviation of the training set"


class InputRange(PreflightCheck):
    """Floating-point inputs are finite, differ between samples, and have about unit scale; images are no raw bytes."""

    name = "input-range"
    order = 10

    def run(self, subject: Subject) -> Outcome:
        inputs = [tensor for tensor in subject.batch.inputs() if tensor.numel() > 1]
        measured = [tensor for tensor in inputs if tensor.is_floating_point() or tensor.dtype == torch.uint8]
        for tensor in inputs:
            if problem := self._problem(tensor, subject.batch.size):
                return problem
        if not measured:
            raise Skip("the inputs are integers (indices or tokens), which have no range")
        values = torch.cat([tensor.flatten().double() for tensor in measured])
        evidence: dict[str, Any] = {
            "mean": float(values.mean()),
            "std": float(values.std()),
            "min": float(values.min()),
        }
        return self.passed("finite, different for each sample, on a network's scale", **evidence)

    def _problem(self, tensor: torch.Tensor, size: int) -> Outcome | None:
        shape = list(tensor.shape)
        values = tensor.double()
        finite = values.isfinite()
        # a mask is full of -inf, but holds nothing else than it and 0
        if not finite.all() and not (tensor.isneginf() | (tensor == 0)).all():
            return self.failed(
                f"an input of shape {shape} holds {int((~finite).sum())} numbers that are NaN or infinite",
                "missing values, or a division by a standard deviation of zero",
                "replace or drop missing values, and add eps to the divisor",
                code="TLN503",
            )
        if tensor.dim() and tensor.shape[0] == size >= 2 and self._is_data(tensor):
            if bool((values == values.flatten()[0]).all()):
                return self.failed(
                    f"an input of shape {shape} is {float(values.flatten()[0]):g} everywhere",
                    "a preprocessing that loses the data: a crop beside it, a division of integers, a wrong column",
                    "look at the batch right before it goes into the model",
                )
            if bool((values == values[:1]).all()):
                return self.failed(
                    f"all {size} samples of an input of shape {shape} are the same",
                    "a data set that ignores its index, or a loader that repeats one sample",
                    "look at __getitem__ and at the sampler",
                )
        if tensor.is_floating_point() or tensor.dtype == torch.uint8:
            return self._scale(tensor, values)
        return None

    @staticmethod
    def _is_data(tensor: torch.Tensor) -> bool:
        """Masks, positions and segments may be the same for all."""
        return tensor.is_floating_point() and tensor.dim() > 1

    def _scale(self, tensor: torch.Tensor, values: torch.Tensor) -> Outcome | None:
        numbers = values[values.isfinite()]
        rms = float(numbers.square().mean().sqrt()) if len(numbers) else 0.0
        high, low = float(numbers.max()), float(numbers.min())
        evidence: dict[str, Any] = {"min": low, "max": high, "rms": rms}
        if tensor.dim() >= 3 and low >= 0 and BYTES <= high <= 255 and bool((numbers == numbers.round()).all()):
            return self.warning(
                f"an input of shape {list(tensor.shape)} holds whole numbers from {low:g} to {high:g}: raw bytes",
                "an image that was read as uint8 and never scaled; ToTensor scales, torch.from_numpy does not",
                f"divide by 255, then {_NORMALISE}; nothing is wrong if the model does it itself",
                **evidence,
            )
        if rms > LARGE or 0 < rms < SMALL:
            return self.warning(
                f"the numbers of an input of shape {list(tensor.shape)} are {'large' if rms > LARGE else 'small'}: "
                "initialisations and learning rates are made for inputs of about unit variance",
                "inputs that were not normalised, or normalised twice",
                _NORMALISE,
                **evidence,
            )
        return None
