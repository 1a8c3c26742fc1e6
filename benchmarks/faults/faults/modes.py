"""Training in eval mode, evaluating in train mode."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import nn

from .. import models
from ..registry import fault
from ..workloads.generative import Dcgan
from ..workloads.metric import Distillation
from ..workloads.regimes import CompiledConvNet, FineTuning, MonteCarloDropout, Wrapped
from ..workloads.sequences import Gpt, GptGeneration, Lstm, TransformerClassifier
from ..workloads.structured import GraphNetwork
from ..workloads.supervised import ConvNet, Mlp, ResNet, UNet


@fault("TLN301", on=(ConvNet, TransformerClassifier, Gpt, UNet, GraphNetwork, CompiledConvNet), starts=10)
class EvalMissing:
    def validate(self):
        self.evaluate()


@fault("TLN301", on=(GptGeneration,), starts=10)
class GenerationInTrainMode:
    def validate(self):
        with torch.no_grad():
            self.model.generate(torch.zeros(2, 1, dtype=torch.long), 12)


@fault("TLN301", on=(ConvNet, ResNet), starts=10)
class TestedInInferenceModeOnly:
    """inference_mode() isn't eval()."""

    @torch.inference_mode()
    def validate(self):
        for x, _y in self.held_out:
            self.model(x)


class Forgetful(models.ConvNet):
    def train(self, mode=True):
        self.training = mode
        return self


@fault("TLN301", on=(ConvNet,), starts=10)
class EvalNotPassedOn:
    """train() is overridden and forgets the children: only the root changes its mode."""

    def make_model(self):
        model = super().make_model()
        model.__class__ = Forgetful
        return model


@fault("TLN301", on=(Distillation,))
class TeacherInTrainMode:
    def set_teacher_mode(self):
        self.teacher.train()


@fault("TLN301", on=(Lstm,), starts=10)
class TrainBeforeEvaluation:
    """The order of the two mode calls is swapped."""

    def validate(self):
        self.model.eval()
        self.model.train()
        self.evaluate()


@fault("TLN302", on=(ConvNet, Gpt, TransformerClassifier, UNet, GraphNetwork, CompiledConvNet), starts=10)
class TrainNotRestored:
    def validate(self):
        self.model.eval()
        self.evaluate()


@fault("TLN302", on=(ConvNet, Lstm))
class NeverInTrainMode:
    def make_model(self):
        return super().make_model().eval()


@fault("TLN302", on=(Dcgan,), starts=10)
class GeneratorStaysInEvalMode:
    """Samples are drawn in eval mode, and the generator trains on in it."""

    def validate(self):
        self.model.eval()
        self.evaluate()


@fault("TLN302", on=(MonteCarloDropout,), starts=10)
class PartRestoredOnly:
    """A submodule is put back to train mode, the dropout layers aren't."""

    def validate(self):
        self.model.eval()
        self.model[0].train()


@fault("TLN302", on=(Wrapped,), starts=10)
class WrapperModeOnly:
    """The training flag of the wrapper is set by hand."""

    def validate(self):
        self.wrapper.eval()
        self.evaluate()
        self.wrapper.training = True


@fault("TLN302", "TLN204", on=(ConvNet,), origin="TrainCheck: pytorch-51800, eval() before the first train forward")
class SpectralNormNeverInTrainMode:
    """The power iteration runs in train mode only: the norm is that of the random start."""

    def make_model(self):
        model = super().make_model()
        model.head = nn.utils.spectral_norm(model.head)
        return model.eval()


class AlwaysDropout(nn.Module):
    def forward(self, x):
        return F.dropout(x, 0.2)


class BuiltInForward(nn.Module):
    def forward(self, x):
        return nn.Dropout(0.2)(x)


@fault("TLN304", on=(ConvNet, Lstm), starts=10, origin="TrainCheck: transformers-33844")
class FunctionalDropoutAlwaysOn:
    def make_model(self):
        model = super().make_model()
        setattr(model, "dropout" if hasattr(model, "dropout") else "drop", AlwaysDropout())
        return model


@fault("TLN304", on=(ConvNet, Mlp), starts=10)
class DropoutBuiltInForward:
    def make_model(self):
        model = super().make_model()
        return nn.Sequential(BuiltInForward(), *model) if isinstance(model, nn.Sequential) else self.planted(model)

    @staticmethod
    def planted(model):
        model.dropout = BuiltInForward()
        return model


@fault("TLN304", on=(Gpt,), starts=10, origin="TrainCheck: transformers-33844")
class AttentionDropoutAlwaysOn:
    """`scaled_dot_product_attention(dropout_p=self.p)` whatever the mode."""

    def make_model(self):
        model = super().make_model()
        for block in model.blocks:
            block.attention.mix = lambda q, k, v: F.scaled_dot_product_attention(
                q, k, v, is_causal=q.shape[-2] > 1, dropout_p=0.1
            )
        return model


@fault("TLN305", on=(FineTuning,), starts=10)
class FrozenBatchNormThaws:
    """After the validation train() reaches the frozen layers too."""

    def validate(self):
        self.model.eval()
        self.evaluate()
        self.model.train()
