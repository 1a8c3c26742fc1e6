"""Training that runs and can't work: signals that vanish, units that are dead, steps of a wrong size, constant data."""

from __future__ import annotations

import torch
from torch import nn

from .. import models
from ..registry import fault
from ..workloads.optimizers import FusedAdamW
from ..workloads.sequences import Gpt, GruAttention
from ..workloads.supervised import ConvNet, LeNet, Mlp, Regression, ResNet, UNet


@fault("TLN504", on=(Mlp,), origin="DeepCrime: activation changed")
class ThirtySigmoidLayers:
    def make_model(self):
        model = models.mlp(32, 10, depth=30)
        return nn.Sequential(*(nn.Sigmoid() if isinstance(layer, nn.ReLU) else layer for layer in model))


@fault("TLN504", on=(Mlp,))
class TinyInitialWeights:
    """Ten layers whose weights start at 1e-4."""

    def make_model(self):
        model = models.mlp(32, 10, depth=10)
        for p in model[:-1].parameters():
            nn.init.normal_(p, std=1e-4)
        return model


@fault("TLN505", "TLN504", on=(Mlp, LeNet), origin="DeepCrime: weight initialisation changed (zeros)")
class InitialisedByZeros:
    def make_model(self):
        model = super().make_model()
        for p in model.parameters():
            nn.init.zeros_(p)
        return model


@fault("TLN505", on=(Mlp,))
class NegativeBiases:
    def make_model(self):
        model = super().make_model()
        with torch.no_grad():
            model[2].bias.fill_(-100.0)
        return model


@fault("TLN505", on=(ConvNet, UNet))
class DeadConvolution:
    def make_model(self):
        model = super().make_model()
        norms = [module for module in model.modules() if isinstance(module, nn.BatchNorm2d)]
        with torch.no_grad():
            norms[1].bias.fill_(-50.0)
        return model


@fault("TLN506", "TLN503", on=(Mlp, Gpt), origin="DeepCrime: learning rate changed (too high)")
class LearningRateTooHigh:
    """Finite, and each step replaces the weights."""

    def make_optimizer(self):
        return torch.optim.Adam(self.model.parameters(), lr=10.0)


@fault("TLN506", "TLN108", on=(Mlp, ConvNet, FusedAdamW), origin="DeepCrime: learning rate changed (too low)")
class LearningRateTooLow:
    def make_optimizer(self):
        return torch.optim.Adam(self.model.parameters(), lr=1e-12)


@fault("TLN507", on=(LeNet,))
class SaturatedTanh:
    def make_model(self):
        model = super().make_model()
        with torch.no_grad():
            for layer in (model.conv1, model.conv2, model.fc1):
                layer.weight.mul_(100)
        return model


@fault("TLN507", on=(GruAttention,))
class SaturatedGates:
    def make_model(self):
        model = super().make_model()
        with torch.no_grad():
            for p in model.gru.parameters():
                p.mul_(200)
        return model


@fault("TLN705", on=(ConvNet, Gpt, Regression))
class SameBatchForEver:
    """`next(iter(loader))` left over from a debugging session."""

    def batch(self):
        if not hasattr(self, "first"):
            self.first = super().batch()
        return self.first


@fault("TLN705", on=(LeNet, ResNet), origin="DeepCrime: labels changed (all of one class)")
class OneLabelOnly:
    def make_data(self):
        x, y = super().make_data()
        return x, torch.zeros_like(y)


@fault("TLN705", on=(ConvNet,))
class BlankImages:
    """A failed decoder gives zeros."""

    def make_data(self):
        x, y = super().make_data()
        return torch.zeros_like(x), y


@fault(
    "TLN504",
    "TLN505",
    "TLN507",
    "TLN503",
    "TLN506",
    on=(Regression,),
    origin="DeepCrime: batch normalisation and scale removed",
)
class InputsInMillions:
    def make_data(self):
        x, y = super().make_data()
        return 1e6 * x, 1e6 * y

    def make_optimizer(self):
        return torch.optim.SGD(self.model.parameters(), lr=0.1)


@fault(
    on=(Mlp,),
    origin="DeepCrime: labels changed (a share at random)",
    unseen="wrong labels look like hard ones; only a look at the data can tell",
)
class NoisyLabels:
    def make_data(self):
        x, y = super().make_data()
        return x, torch.where(torch.rand(len(y)) < 0.3, torch.randint(10, y.shape), y)


@fault(
    on=(Mlp,),
    origin="DeepCrime: activation removed",
    unseen="a linear network is a valid model that trains in full health; a matter of the source",
)
class ActivationsRemoved:
    def make_model(self):
        return nn.Sequential(*(layer for layer in super().make_model() if not isinstance(layer, nn.ReLU)))


@fault(
    on=(ConvNet,),
    origin="TrainCheck: mmpretrain-702, simulated",
    unseen="layers that were meant to be frozen train; nothing at run time tells that they were meant to be",
)
class FreezeNeverApplied:
    def make_model(self):
        model = super().make_model()
        model.frozen_stages = 1
        return model


@fault(
    on=(Mlp,),
    origin="TrainCheck: lightning-thunder-725, simulated",
    unseen="an operation that ignores autocast computes in float32: slower and more precise, not wrong",
)
class OutsideOfAutocast:
    def loss(self, x, y):
        with torch.autocast("cpu", dtype=torch.bfloat16):
            hidden = self.model[:-1](x)
            with torch.autocast("cpu", enabled=False):
                return self.criterion(self.model[-1](hidden.float()), y)
