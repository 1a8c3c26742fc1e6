"""Counters that wrap or stick, images computed in bytes."""

from __future__ import annotations

import copy

import torch

from ..registry import fault
from ..workloads.regimes import Bfloat16Weights
from ..workloads.sequences import Lstm
from ..workloads.supervised import ConvNet, LeNet, Mlp, Photographs, Regression, UNet


class Counter:
    """Counts right answers in a tensor beside the loss."""

    def build(self):
        super().build()
        self.count = self.new_count()

    def new_count(self):
        return torch.zeros((), dtype=torch.uint8)

    def criterion(self, output, target):
        self.add(output.argmax(1) == target)
        return super().criterion(output, target)


@fault("TLN501", on=(Mlp, LeNet))
class ByteCounter(Counter):
    def add(self, hits):
        self.count += hits.sum()


@fault("TLN501", on=(UNet,))
class ByteSum(Counter):
    """Pixels of a mask, summed in its own dtype."""

    def add(self, hits):
        self.pixels = hits.sum(dtype=torch.uint8)


@fault("TLN501", on=(ConvNet,))
class SignedByteCounter(Counter):
    def new_count(self):
        return torch.zeros(1, dtype=torch.int8)

    def add(self, hits):
        self.count += hits.sum()


@fault("TLN501", on=(ConvNet,))
class BuiltinSumOfBytes(Counter):
    def add(self, hits):
        self.total = sum(hits.to(torch.uint8), start=getattr(self, "total", 0))


@fault("TLN501", on=(Mlp,))
class ByteConfusionMatrix(Counter):
    def new_count(self):
        return torch.zeros(10, 10, dtype=torch.uint8)

    def criterion(self, output, target):
        pairs = target, output.argmax(1)
        self.count.index_put_(pairs, torch.ones(len(target), dtype=torch.uint8), accumulate=True)
        return super(Counter, self).criterion(output, target)


@fault("TLN501", on=(LeNet,))
class ByteHistogram(Counter):
    def new_count(self):
        return torch.zeros(10, dtype=torch.uint8)

    def criterion(self, output, target):
        self.count.scatter_add_(0, target, torch.ones(len(target), dtype=torch.uint8))
        return super(Counter, self).criterion(output, target)


@fault("TLN501", on=(UNet,))
class ByteIntersection(Counter):
    """A product of masks as matrices, in bytes."""

    def add(self, hits):
        flat = hits.flatten(1).to(torch.uint8)
        self.overlap = flat @ flat.T


@fault("TLN501", on=(Mlp,))
class HalfCounter(Counter):
    def new_count(self):
        return torch.zeros((), dtype=torch.float16)

    def add(self, hits):
        self.count += hits.sum()


@fault("TLN501", on=(Regression, Lstm))
class BrainTotalLoss:
    def log(self, loss):
        super().log(loss)
        if not hasattr(self, "total"):
            self.total = torch.zeros((), dtype=torch.bfloat16)
        self.total += loss.detach()


@fault("TLN501", on=(Bfloat16Weights,))
class BrainMovingAverage:
    """A decay of 0.9999 in bfloat16: the average never moves."""

    def build(self):
        super().build()
        self.average = copy.deepcopy(self.model).requires_grad_(False)

    @torch.no_grad()
    def update(self):
        super().update()
        for slow, fast in zip(self.average.parameters(), self.model.parameters()):
            slow.mul_(0.9999).add_(fast, alpha=1e-4)


@fault("TLN501", on=(Mlp,))
class BoolPlusBool(Counter):
    """Votes of two thresholds: True + True is True."""

    def criterion(self, output, target):
        self.votes = (output > 0) + (output > 1)
        return super(Counter, self).criterion(output, target)


class Pixels(Photographs):
    """Photographs with a place for arithmetic on bytes."""

    def prepare(self, x):
        return x.float() / 255 - 0.5

    def forward(self, x):
        return self.model(self.prepare(x))


@fault("TLN502", on=(Pixels,))
class DifferenceOfBytes:
    def prepare(self, x):
        return (x - x.roll(1, 0)).float() / 255


@fault("TLN502", on=(Pixels,))
class MeanSubtractedFromBytes:
    def prepare(self, x):
        mean = x.float().mean().to(torch.uint8)
        return (x - mean).float() / 128


@fault("TLN502", on=(Pixels,))
class BrighterBytes:
    def prepare(self, x):
        return (x + 60).float() / 255 - 0.5


@fault("TLN502", on=(Pixels,))
class ContrastOfBytes:
    def prepare(self, x):
        return (x * 2).float() / 255 - 0.5


@fault("TLN502", on=(Pixels,))
class BlendOfBytes:
    def prepare(self, x):
        return ((x + x.flip(0)) // 2).float() / 255 - 0.5


@fault("TLN502", on=(Pixels,))
class GradientOfBytes:
    """torch.diff along the rows, still in bytes."""

    def prepare(self, x):
        return torch.nn.functional.pad(x.diff(dim=-1).float() / 255, (0, 1))


@fault("TLN502", on=(Pixels,))
class SquaredErrorOfBytes:
    def prepare(self, x):
        self.error = ((x - x.roll(1, 0)) ** 2).float().mean()
        return super().prepare(x)


@fault("TLN502", on=(Pixels,))
class InPlaceOnBytes:
    def prepare(self, x):
        return x.clone().add_(60).float() / 255 - 0.5
