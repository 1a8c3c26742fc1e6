"""Losses that get something else than they expect."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import nn

from .. import models
from ..registry import fault
from ..workloads.generative import Dcgan
from ..workloads.metric import ArcFace, Distillation
from ..workloads.regimes import Autocast, Compiled, CompiledConvNet
from ..workloads.reinforcement import Dqn
from ..workloads.sequences import Gpt, GruAttention, Lstm, TransformerClassifier
from ..workloads.structured import MultipleInstances
from ..workloads.supervised import (
    BinarySegmentation,
    ConvNet,
    DictInputs,
    LabelSmoothing,
    LeNet,
    LogSoftmaxNll,
    Mixup,
    Mlp,
    MultiLabel,
    Regression,
    ResNet,
    SqueezedRegression,
    UNet,
)

# --- TLN201, 202, 203: probabilities, logits and logarithms ------------------------------------------------------


@fault("TLN201", on=(Mlp, ConvNet, GruAttention, TransformerClassifier, Autocast))
class SoftmaxInModel:
    def make_model(self):
        return nn.Sequential(super().make_model(), nn.Softmax(dim=1))


# not on GraphNetwork, which has a loss of its own that the fault does not touch (mended after the freeze)
@fault("TLN201", on=(Gpt, Lstm, UNet, LabelSmoothing))
class SoftmaxBeforeCriterion:
    def criterion(self, output, target):
        return super().criterion(output.softmax(dim=1 if output.dim() == 4 else -1), target)


@fault("TLN201", on=(Compiled, CompiledConvNet))
class SoftmaxInCompiledModel:
    """Inside the compiled graph, where autograd shows one node."""

    def make_model(self):
        torch._dynamo.reset()
        model = super().make_model()
        model = getattr(model, "_orig_mod", model)
        model._compiled_call_impl = None
        return torch.compile(nn.Sequential(model, nn.Softmax(dim=1)), backend="aot_eager")


@fault("TLN201", on=(Mixup,))
class SoftmaxIntoSoftTargets:
    def criterion(self, output, target):
        return super().criterion(F.softmax(output, 1), target)


@fault("TLN201", on=(LeNet, ResNet))
class SigmoidIntoCrossEntropy:
    def criterion(self, output, target):
        return super().criterion(torch.sigmoid(output), target)


@fault("TLN201", on=(Mlp,))
class HandWrittenSoftmaxIntoCrossEntropy:
    def criterion(self, output, target):
        powers = (output - output.amax(1, keepdim=True)).exp()
        return super().criterion(powers / powers.sum(1, keepdim=True), target)


@fault("TLN201", on=(ConvNet,))
class ClampedSoftmaxIntoCrossEntropy:
    def criterion(self, output, target):
        return super().criterion(output.softmax(1).clamp(1e-7, 1 - 1e-7), target)


@fault("TLN201", on=(DictInputs,))
class SoftmaxInLossOfModel:
    def make_model(self):
        model = super().make_model()
        model.network.append(nn.Softmax(dim=-1))
        return model


@fault("TLN202", on=(MultiLabel, BinarySegmentation, MultipleInstances))
class SigmoidInModel:
    def make_model(self):
        return nn.Sequential(super().make_model(), nn.Sigmoid())


@fault("TLN202", on=(Dcgan,))
class SigmoidInDiscriminator:
    def make_model(self):
        generator = super().make_model()
        self.discriminator.main.append(nn.Sigmoid())
        return generator


@fault("TLN202", on=(MultiLabel,))
class SigmoidBeforeWeightedBce:
    def criterion(self, output, target):
        weights = torch.full((6,), 2.0)
        return F.binary_cross_entropy_with_logits(torch.sigmoid(output), target, pos_weight=weights)


@fault("TLN202", on=(MultiLabel,))
class SoftmaxIntoBceWithLogits:
    def criterion(self, output, target):
        return super().criterion(output.softmax(1), target)


@fault("TLN203", on=(Mlp, GruAttention, ConvNet))
class NllOfProbabilities:
    def criterion(self, output, target):
        return F.nll_loss(output.softmax(1), target)


@fault("TLN203", on=(Gpt, Lstm))
class NllOfTokenProbabilities:
    def criterion(self, output, target):
        return F.nll_loss(output.softmax(-1).flatten(0, 1), target.flatten())


@fault("TLN203", on=(Mlp, LeNet, TransformerClassifier))
class NllOfLogits:
    def criterion(self, output, target):
        return F.nll_loss(output, target)


@fault("TLN203", on=(Distillation,))
class DivergenceOfProbabilities:
    def log_chances(self, output):
        return F.softmax(output / 2, 1)


@fault("TLN203", on=(Distillation,))
class DivergenceOfLogits:
    def log_chances(self, output):
        return output / 2


# --- TLN204: the first loss is off -------------------------------------------------------------------------------


@fault("TLN204", on=(Mlp, LeNet, GruAttention))
class HeadTimesFifty:
    def make_model(self):
        model = super().make_model()
        head = [module for module in model.modules() if isinstance(module, nn.Linear)][-1]
        with torch.no_grad():
            head.weight.mul_(50)
        return model


@fault("TLN204", on=(Gpt,))
class EmbeddingsTimesFifty:
    """Tied or wide embeddings with the default deviation of 1 instead of 0.02, and a head to match."""

    def make_model(self):
        model = super().make_model()
        with torch.no_grad():
            model.head.weight.mul_(50)
        return model


@fault("TLN204", on=(ConvNet, Mlp))
class BiasOfOneClass:
    def make_model(self):
        model = super().make_model()
        head = [module for module in model.modules() if isinstance(module, nn.Linear)][-1]
        with torch.no_grad():
            head.bias[0] = 20.0
        return model


@fault("TLN204", on=(Mlp, LeNet), origin="DeepCrime: weight initialisation changed")
class InitialisedByUnitNormal:
    def make_model(self):
        model = super().make_model()
        for p in model.parameters():
            nn.init.normal_(p, std=1.0)
        return model


@fault("TLN204", on=(Mlp, GruAttention))
class TemperatureTooLow:
    def forward(self, x):
        return super().forward(x) / 0.01


@fault("TLN204", on=(Mlp,))
class InputsNotScaled:
    """Raw pixels from 0 to 255 into a network that was built for inputs around 0; no normalisation at the entry."""

    def forward(self, x):
        return super().forward((x + 3) * 42)


@fault("TLN204", on=(ArcFace,))
class CosinesTimesThousand:
    def criterion(self, output, target):
        return F.cross_entropy(output, target)

    def loss(self, x, y):
        cosine = F.normalize(self.forward(x), dim=1) @ F.normalize(self.model.weight, dim=1).T
        return F.cross_entropy(1000 * cosine, y)


@fault(
    on=(Mlp,),
    unseen="1000 outputs for 10 classes start at ln(1000), as a head for 1000 classes does; the labels of one run "
    "don't tell how many classes there are",
)
class FarTooManyClasses:
    def make_model(self):
        model = super().make_model()
        model[-1] = nn.Linear(64, 1000)
        return model


# --- TLN205, 403: broadcasting -----------------------------------------------------------------------------------


class FlatTarget:
    def make_data(self):
        x, y = super().make_data()
        return x, y.squeeze(1)


@fault("TLN205", on=(Regression,))
class ColumnIntoMseLoss(FlatTarget):
    """PyTorch warns, once, where the user's log doesn't show it."""


@fault("TLN205", on=(Regression,))
class ColumnMinusRow(FlatTarget):
    def criterion(self, output, target):
        return ((output - target) ** 2).mean()


@fault("TLN205", on=(Regression,))
class RowMinusColumn(FlatTarget):
    def criterion(self, output, target):
        return (target - output).abs().mean()


@fault("TLN205", on=(Regression,))
class ColumnIntoHuber(FlatTarget):
    def criterion(self, output, target):
        return F.smooth_l1_loss(output, target)


@fault("TLN205", on=(SqueezedRegression,))
class SqueezeForgotten:
    def criterion(self, output, target):
        return torch.sqrt(torch.square(target - output) + 1e-6).mean()


@fault("TLN205", on=(Dqn,))
class FutureValueAsColumn:
    def future(self, after):
        return super().future(after).unsqueeze(1)


@fault("TLN205", on=(Regression,))
class WeightsPerRowAgainstColumn:
    """The residual is right, its weights broadcast it."""

    def criterion(self, output, target):
        weights = torch.rand(len(target))
        return (weights * (output - target) ** 2).mean()


@fault("TLN403", "TLN205", on=(MultiLabel,))
class AccuracyOfColumnAgainstRow:
    def make_model(self):
        return models.mlp(32, 1)

    def make_data(self):
        x, y = super().make_data()
        return x, y[:, :1]

    def criterion(self, output, target):
        self.hits = ((output > 0) == target.squeeze(1).bool()).float().mean().item()
        return super().criterion(output, target)


# --- TLN206: softmax over the batch ------------------------------------------------------------------------------


@fault("TLN206", on=(LogSoftmaxNll,))
class LogSoftmaxOverBatchInModel:
    def make_model(self):
        model = super().make_model()
        model[-1].dim = 0
        return model


@fault("TLN206", on=(Mlp, LeNet, TransformerClassifier))
class LogSoftmaxOverBatch:
    def criterion(self, output, target):
        return F.nll_loss(output.log_softmax(0), target)


@fault("TLN206", on=(GruAttention,))
class AttentionOverBatch:
    def make_model(self):
        model = super().make_model()
        model.attention = lambda score: score.softmax(dim=0)
        return model


@fault("TLN206", on=(Mlp,))
class SoftmaxOverBatchThenLog:
    def criterion(self, output, target):
        return F.nll_loss((output.softmax(0) + 1e-8).log(), target)
