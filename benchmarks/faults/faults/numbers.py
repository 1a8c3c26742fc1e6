"""NaN and infinity from the causes that people meet."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import nn

from .. import data, models, planting
from ..registry import fault
from ..workloads.generative import Autoencoder, Flow, Vae, WganGp
from ..workloads.metric import BarlowTwins, InfoNce, Siamese
from ..workloads.optimizers import Lbfgs
from ..workloads.regimes import Compiled, Doubles, Scaled
from ..workloads.reinforcement import Ppo, Reinforce
from ..workloads.sequences import Gpt, GruAttention, Lstm, PaddedTokens, TransformerClassifier
from ..workloads.supervised import ConvNet, Heteroscedastic, LeNet, Mlp, MultiLabel, Regression, ResNet, UNet

START = 7


class Later:
    """The trouble begins at a step in the middle of the run."""

    @property
    def late(self) -> bool:
        return self.done >= START and self.model.training


# --- inside of the model -----------------------------------------------------------------------------------------


class Planted(Later):
    trouble: planting.Trouble

    def make_model(self):
        model = super().make_model()
        leaves = planting.places(model)
        self.planted = planting.plant(leaves[len(leaves) // 2][1], type(self).trouble)
        return model

    def forward(self, x):
        self.planted.armed = self.late
        return super().forward(x)


@fault("TLN503", on=(Mlp, ConvNet, Gpt, Lstm, UNet), starts=START)
class LogarithmOfNegative(Planted):
    trouble = staticmethod(planting.log_of_negative)


@fault("TLN503", on=(Mlp, ResNet, TransformerClassifier), starts=START)
class ZeroOverZero(Planted):
    trouble = staticmethod(planting.zero_over_zero)


@fault("TLN503", on=(LeNet, Gpt), starts=START)
class ExponentialOverflow(Planted):
    trouble = staticmethod(planting.exponential_overflow)


@fault("TLN503", on=(Mlp, ConvNet), starts=START)
class HalfOverflow(Planted):
    trouble = staticmethod(planting.half_overflow)


@fault("TLN503", on=(Mlp, ConvNet, Gpt, GruAttention), starts=START)
class MaskedRoot(Planted):
    """NaN in the backward only."""

    trouble = staticmethod(planting.masked_root)


@fault("TLN503", on=(Mlp, UNet), starts=START)
class RootOfZero(Planted):
    trouble = staticmethod(planting.root_of_zero)


# --- in the loss -------------------------------------------------------------------------------------------------


@fault("TLN503", on=(Mlp, GruAttention), starts=START)
class HandWrittenCrossEntropy(Later):
    """-log(softmax) underflows once the network is sure of itself, here helped by a factor."""

    def criterion(self, output, target):
        chances = (output * (1e3 if self.late else 1)).softmax(1)
        return -(chances.gather(1, target[:, None])).log().mean()


@fault("TLN503", on=(GruAttention,), starts=START)
class SoftmaxWithoutMaximum(Later):
    """exp(logits) / sum of them, with logits of a few hundred."""

    def criterion(self, output, target):
        powers = (output * (300 if self.late else 1) + 50).exp()
        return F.nll_loss((powers / powers.sum(1, keepdim=True)).log(), target)


@fault("TLN503", on=(Siamese,), starts=START)
class DistanceOfTwins(Later):
    """The square root of a distance of exactly zero, when both are the same row."""

    def distance(self, one, two):
        if self.late:
            two = torch.cat([one[:1], two[1:]])
        return ((one - two) ** 2).sum(1).sqrt()


@fault("TLN503", on=(InfoNce,), starts=START)
class AngleBetweenVectors(Later):
    """acos of a cosine of 1."""

    def loss(self, x, y):
        loss = super().loss(x, y)
        if self.late:
            one = F.normalize(self.forward(x), dim=1)
            loss = loss + torch.acos((one * one.detach()).sum(1).clamp(-1, 1)).mean()
        return loss


@fault("TLN503", on=(PaddedTokens,), starts=START)
class NothingButPadding(Later):
    """All of the targets are ignored: a mean over nothing."""

    def criterion(self, output, target):
        if self.late:
            target = torch.full_like(target, -100)
            return F.cross_entropy(output.flatten(0, 1), target.flatten())
        return super().criterion(output, target)


@fault("TLN503", on=(Mlp,), starts=START)
class AllClassesWeighNothing(Later):
    def criterion(self, output, target):
        return F.cross_entropy(output, target, weight=torch.zeros(10) if self.late else torch.ones(10))


@fault("TLN503", on=(Regression,), starts=START)
class MeanOverEmptyMask(Later):
    def criterion(self, output, target):
        chosen = target < (-100 if self.late else 100)
        return (output - target)[chosen].square().mean()


@fault("TLN503", on=(Reinforce,), starts=START)
class EntropyOfCertainty(Later):
    """p * log(p) where p has underflowed to zero."""

    def loss(self, *batch):
        loss = super().loss(*batch)
        chances = (self.model(batch[0]) * (1e4 if self.late else 1)).softmax(1)
        return loss + 0.01 * (chances * chances.log()).sum(1).mean()


@fault("TLN503", on=(Ppo,), starts=START)
class DeviationOfOne(Later):
    """Advantages divided by the deviation of a single value."""

    def roll(self):
        seen, actions, returns = super().roll()
        if self.late:
            returns = (returns - returns.mean()) / returns[:1].std()
        return seen, actions, returns


@fault("TLN503", on=(Heteroscedastic,), starts=START)
class LogarithmOfVariance(Later):
    """A variance straight from the network, of either sign."""

    def criterion(self, output, target):
        if not self.late:
            return super().criterion(output, target)
        mean, variance = output.chunk(2, 1)
        return (0.5 * variance.log() + 0.5 * (mean - target) ** 2 / variance).mean()


@fault("TLN503", on=(Vae,), starts=START)
class VarianceExplodes(Later):
    def loss(self, x):
        x = x.flatten(1)
        output, mean, log_variance = self.model(x)
        log_variance = log_variance + (200 if self.late else 0)
        return F.mse_loss(output, x) + (mean**2 + log_variance.exp() - log_variance - 1).mean()


@fault("TLN503", on=(BarlowTwins,), starts=START)
class ConstantColumns(Later):
    """Standardised without an epsilon; the embedding has collapsed to a constant."""

    def loss(self, x, _y):
        z = self.forward(x)
        if self.late:
            z = z - z
        z = (z - z.mean(0)) / z.std(0)
        return (z.T @ z / len(x) - torch.eye(z.shape[1])).square().sum()


@fault("TLN503", on=(MultiLabel,), starts=START)
class BceOfCertainty(Later):
    """log(p) and log(1 - p) by hand."""

    def criterion(self, output, target):
        chance = (output * (1e3 if self.late else 1)).sigmoid()
        return -(target * chance.log() + (1 - target) * (1 - chance).log()).mean()


@fault("TLN503", on=(Flow,), starts=START)
class PowerOfZero(Later):
    """x ** 0.5 has an infinite slope at 0."""

    def loss(self, x):
        z, log_determinant = self.model(x)
        if self.late:
            z = z - z.detach()
        return (z.abs() ** 0.5).sum(1).mean() - log_determinant.mean()


@fault("TLN503", on=(WganGp,), starts=START)
class PenaltyAtZeroSlope(Later):
    """The critic's gradient norm, by hand, where the gradient is zero."""

    def iteration(self):
        super().iteration()
        if self.late:
            (x,) = self.batch()
            x = (0.0 * x).requires_grad_()
            (slope,) = torch.autograd.grad(self.discriminator(0.0 * x).sum(), x, create_graph=True)
            penalty = (slope.square().sum((1, 2, 3)).sqrt() - 1).square().mean()
            self.clear_discriminator()
            penalty.backward()
            self.optimizer_d.step()


# --- data, parameters, buffers -----------------------------------------------------------------------------------


class BadInput(Later):
    value = float("nan")

    def batch(self):
        x, *rest = super().batch()
        if self.late:
            x = x.clone()
            x.flatten(1)[0, 0] = self.value
        return x, *rest


@fault("TLN503", on=(Mlp, ConvNet, GruAttention, Compiled, Doubles), starts=START)
class NanInput(BadInput):
    pass


@fault("TLN503", on=(Mlp, UNet, Autoencoder), starts=START)
class InfiniteInput(BadInput):
    value = float("inf")


@fault("TLN503", on=(Regression, Lbfgs), starts=START)
class NanTarget(Later):
    def batch(self):
        x, y = super().batch()
        if self.late:
            y = torch.where(torch.arange(len(y))[:, None] == 3, float("nan"), y)
        return x, y


@fault("TLN503", on=(Mlp, Gpt), starts=START)
class NanParameter(Later):
    """A weight from a broken checkpoint."""

    def batch(self):
        if self.done == START:
            with torch.no_grad():
                next(p for p in self.model.parameters() if p.dim() > 1)[:, 0] = float("nan")
        return super().batch()


@fault("TLN503", on=(ConvNet, ResNet), starts=10)
class NanBuffer:
    """Running statistics that were never filled are read in eval mode; training itself is fine."""

    def validate(self):
        bn = next(module for module in self.model.modules() if isinstance(module, nn.BatchNorm2d))
        bn.running_var.fill_(float("nan"))
        super().validate()


@fault("TLN503", on=(Gpt,), starts=START)
class MaskOfItsOwnToken(Later):
    """The causal mask hides the diagonal too: the first token sees nothing."""

    def forward(self, x):
        if self.late:
            for block in self.model.blocks:
                block.attention.mask.fill_(float("-inf")).triu_(0)
                block.attention.mask.tril_(0).add_(torch.full_like(block.attention.mask, float("-inf")).triu(0))
        return super().forward(x)


# --- steps -------------------------------------------------------------------------------------------------------


@fault("TLN503", on=(Mlp,), starts=0)
class EpsilonVanishesInHalf:
    """Adam's epsilon of 1e-8 is zero in float16: 0 / 0 in the first update of each idle weight."""

    def make_data(self):
        x, y = super().make_data()
        return x.relu().half(), y

    def make_model(self):
        return super().make_model().half()

    def validate(self):
        pass


@fault("TLN503", "TLN506", on=(Regression, LeNet), origin="DeepCrime: learning rate changed (far too high)")
class LearningRateFarTooHigh:
    def make_optimizer(self):
        return torch.optim.SGD(self.model.parameters(), lr=1e4)


@fault("TLN503", "TLN109", on=(Scaled,))
class ScalerSkipsForEver:
    """A NaN in every gradient: the scaler skips each step and halves the scale to nothing."""

    def loss(self, x, y):
        return super().loss(x, y) + torch.sqrt(0.0 * self.model[0].weight.sum())


@fault("TLN503", "TLN504", on=(Lstm,))
class UnclippedLinearRecurrence:
    """A recurrence with weights of norm far above 1 and no clipping."""

    def make_data(self):
        return data.sentences(rows=256, length=160)

    def make_model(self):
        class Recurrence(nn.Module):
            def __init__(self):
                super().__init__()
                self.embedding = nn.Embedding(32, 16)
                self.step = nn.Linear(16, 16)
                self.head = nn.Linear(16, 32)
                nn.init.normal_(self.step.weight, std=1.0)

            def forward(self, tokens):
                state, outputs = torch.zeros(len(tokens), 16), []
                for x in self.embedding(tokens).unbind(1):
                    state = self.step(state) + x
                    outputs.append(self.head(state))
                return torch.stack(outputs, 1)

        return Recurrence()

    def clip(self):
        pass


@fault("TLN503", on=(Mlp,), starts=0)
class Uninitialised:
    """`torch.empty` as weights: whatever the memory held, here the worst of it."""

    def make_model(self):
        model = models.mlp(32, 10)
        with torch.no_grad():
            model[2].weight.fill_(3e38)
        return model
