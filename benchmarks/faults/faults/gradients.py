"""Gradients that aren't cleared, clipped, scaled or applied as they should be."""

from __future__ import annotations

import copy

import torch
import torch.nn.functional as F
from torch import nn

from ..program import Program
from ..registry import fault
from ..workloads.generative import Dcgan
from ..workloads.metric import Distillation
from ..workloads.optimizers import Accumulation, FusedAdamW, Lbfgs, RmsProp, TwoParts
from ..workloads.regimes import Bfloat16Weights, Compiled, GradualUnfreezing, MovingAverage, Scaled, ScaledHalf
from ..workloads.sequences import Gpt, GruAttention, Lstm, TransformerClassifier
from ..workloads.structured import MultipleInstances, SparseFactorisation
from ..workloads.supervised import ConvNet, LeNet, Mlp, MultiTask, Regression, ResNet, UNet

# --- TLN101: missing zero_grad -----------------------------------------------------------------------------------


@fault(
    "TLN101",
    on=(Mlp, ConvNet, Gpt, Lstm, UNet, FusedAdamW, Scaled, Compiled, SparseFactorisation, Dcgan),
    origin="TrainCheck: stackoverflow-60335387",
)
class NeverCleared:
    def clear(self):
        pass


@fault("TLN101", on=(Mlp, LeNet, Gpt))
class ClearedOncePerEpoch:
    def clear(self):
        if self.done % self.epoch == 0:
            super().clear()


@fault("TLN101", on=(ConvNet, Lstm))
class ClearedEveryFourthStep:
    """The condition of an accumulation around the clearing, but not around the step."""

    def clear(self):
        if self.done % 4 == 0:
            super().clear()


@fault("TLN101", on=(Dcgan,))
class DiscriminatorNeverCleared:
    def clear_discriminator(self):
        pass


@fault("TLN101", on=(TwoParts,))
class HeadNeverCleared:
    def clear_head(self):
        pass


@fault("TLN101", on=(MovingAverage,))
class ClearsTheAverage:
    """zero_grad() of the copy, not of the model that trains."""

    def clear(self):
        self.average.zero_grad()


@fault("TLN101", on=(Accumulation,))
class AccumulationNeverCleared:
    def clear(self):
        pass


@fault("TLN101", on=(MultipleInstances,))
class BagsNeverCleared:
    def clear(self):
        pass


@fault("TLN101", on=(Mlp,))
class ClearsAnotherAttribute:
    """`p.gradient = None`: a new attribute, the gradient stays."""

    def clear(self):
        for p in self.model.parameters():
            p.gradient = None


# --- TLN102: cleared between backward and step -------------------------------------------------------------------


@fault("TLN102", on=(Mlp, ConvNet, Gpt, GruAttention))
class ClearedAfterBackward:
    def backward(self, loss):
        super().backward(loss)
        self.clear()


@fault("TLN102", on=(Mlp, RmsProp, Gpt))
class ZeroedBeforeStep:
    """The same, with gradients zeroed in place: the optimizer steps on zeros."""

    def update(self):
        self.optimizer.zero_grad(set_to_none=False)
        super().update()


@fault("TLN102", on=(Scaled,))
class ClearedBeforeScaledStep:
    """Cleared when unscaled; the scaler steps all the same."""

    def clip(self):
        self.scaler.unscale_(self.optimizer)
        self.model.zero_grad(set_to_none=False)


@fault("TLN102", on=(Dcgan,))
class GeneratorClearedBeforeStep:
    def update(self):
        self.model.zero_grad()
        super().update()


@fault("TLN102", on=(Accumulation,))
class AccumulationClearedEachPart:
    """Cleared after every backward, the last one included."""

    def backward(self, loss):
        super().backward(loss)
        self.clear()


# --- TLN103, 104, 105: clipping and scaling ----------------------------------------------------------------------


def clip(program: Program) -> None:
    nn.utils.clip_grad_norm_(program.model.parameters(), 0.5)


@fault("TLN103", on=(Mlp, Gpt, ConvNet))
class ClippedAfterStep:
    def clip(self):
        pass

    def update(self):
        super().update()
        clip(self)


@fault("TLN103", on=(Mlp, Lstm))
class ClippedBeforeBackward:
    """Behind the clearing there is nothing to clip yet."""

    def backward(self, loss):
        clip(self)
        super().backward(loss)

    def clip(self):
        pass


@fault("TLN103", on=(GruAttention,))
class ClippedByValueAfterStep:
    def update(self):
        super().update()
        nn.utils.clip_grad_value_(self.model.parameters(), 0.1)


@fault("TLN104", on=(Scaled, ScaledHalf))
class ClippedWhileScaled:
    def clip(self):
        clip(self)


@fault("TLN104", on=(Scaled,))
class ClippedByValueWhileScaled:
    def clip(self):
        nn.utils.clip_grad_value_(self.model.parameters(), 1.0)


@fault("TLN105", on=(Scaled, ScaledHalf))
class StepBypassesScaler:
    def clip(self):
        pass

    def make_optimizer(self):
        optimizer = super().make_optimizer()
        self.scaler = torch.amp.GradScaler("cpu", init_scale=2.0**10)
        return optimizer

    def update(self):
        self.optimizer.step()
        self.optimizer.zero_grad()


# --- TLN107: graphs kept alive -----------------------------------------------------------------------------------


@fault("TLN107", on=(Mlp, Gpt, ConvNet))
class TotalLossTensor:
    def log(self, loss):
        super().log(loss)
        self.total = getattr(self, "total", 0.0) + loss


@fault("TLN107", on=(Lstm, ResNet))
class LossesInList:
    def log(self, loss):
        super().log(loss)
        self.history = [*getattr(self, "history", []), loss]


@fault("TLN107", on=(LeNet,))
class OutputsInList:
    """Predictions kept for the metric of the epoch, each with its graph."""

    def forward(self, x):
        output = super().forward(x)
        self.outputs = [*getattr(self, "outputs", []), output]
        return output


@fault("TLN107", on=(Regression,))
class MovingAverageOfLoss:
    def log(self, loss):
        super().log(loss)
        self.smooth = 0.9 * getattr(self, "smooth", 0.0) + 0.1 * loss


# --- TLN108: parameters that don't learn -------------------------------------------------------------------------


@fault("TLN108", on=(Mlp, Gpt, ConvNet))
class HeadNotInOptimizer:
    def make_optimizer(self):
        *body, _head = self.model.children()
        return torch.optim.Adam([p for part in body for p in part.parameters()], lr=self.lr)


@fault("TLN108", on=(ConvNet, Gpt, LeNet))
class LayerReplacedAfterOptimizer:
    def make_optimizer(self):
        optimizer = super().make_optimizer()
        name, old = [(n, m) for n, m in self.model.named_children() if isinstance(m, nn.Linear)][-1]
        setattr(self.model, name, nn.Linear(old.in_features, old.out_features))
        return optimizer


@fault("TLN108", on=(Mlp, GruAttention, ResNet), origin="TrainCheck: accelerate-2665, simulated by a copy")
class OptimizerHoldsCopy:
    def make_optimizer(self):
        model, self.model = self.model, copy.deepcopy(self.model)
        optimizer = super().make_optimizer()
        self.model = model
        return optimizer


@fault("TLN108", on=(ConvNet,))
class FeaturesDetached:
    def make_model(self):
        model = super().make_model()
        model.features.register_forward_hook(lambda _module, _inputs, output: output.detach())
        return model


@fault("TLN108", on=(MultiTask,))
class TrunkUnderNoGrad:
    """A branch of the model runs under no_grad, as left over from fine-tuning."""

    def make_model(self):
        model = super().make_model()
        model.trunk.forward = torch.no_grad()(model.trunk.forward)
        return model


@fault("TLN108", on=(Gpt,))
class BlockDetached:
    def make_model(self):
        model = super().make_model()
        model.blocks[1].attention.register_forward_hook(lambda _module, _inputs, output: output.data)
        return model


class WeightData(nn.Linear):
    def forward(self, x):
        return F.linear(x, self.weight.data, self.bias)


@fault("TLN108", on=(Mlp,))
class WeightsThroughData:
    def make_model(self):
        model = super().make_model()
        model[2] = WeightData(64, 64)
        return model


@fault("TLN108", on=(ConvNet, ResNet), origin="TrainCheck: pytorch-forum-84911")
class AllButBatchNormFrozen:
    def make_model(self):
        model = super().make_model()
        for module in model.modules():
            if not isinstance(module, nn.BatchNorm2d):
                for p in module.parameters(recurse=False):
                    p.requires_grad = False
        return model


@fault("TLN108", on=(GradualUnfreezing,), starts=20)
class UnfrozenWithoutOptimizer:
    def thaw(self):
        self.model.features[4].requires_grad_(True)


@fault("TLN108", on=(TransformerClassifier,))
class LayerNeverCalled:
    """A second head was added to the model and to the optimizer, but not to the forward."""

    def make_model(self):
        model = super().make_model()
        model.norm = nn.LayerNorm(32)
        return model


@fault("TLN108", on=(Distillation,))
class StudentTargetsSwapped:
    """The optimizer was given the teacher."""

    def make_optimizer(self):
        self.teacher.requires_grad_(True)
        return torch.optim.Adam(self.teacher.parameters(), lr=self.lr)


@fault("TLN108", on=(Lbfgs,))
class LbfgsMissesHead:
    def make_optimizer(self):
        return torch.optim.LBFGS(self.model[:-1].parameters(), lr=0.5, max_iter=4)


@fault("TLN108", "TLN506", on=(Bfloat16Weights,))
class UpdatesRoundedAway:
    """bfloat16 weights and a learning rate far below their precision: weights of any size never move."""

    def make_optimizer(self):
        return torch.optim.SGD(self.model.parameters(), lr=1e-7)


@fault("TLN108", "TLN109", "TLN506", on=(Gpt, Mlp))
class LearningRateStaysZero:
    """A warm-up by integer division: the factor is 0 for thousands of steps."""

    def make_optimizer(self):
        optimizer = super().make_optimizer()
        self.warmup = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: step // 1000)
        return optimizer

    def update(self):
        super().update()
        self.warmup.step()


@fault("TLN108", "TLN109", on=(Mlp,), starts=1, origin="TrainCheck: pytorch-115607, simulated")
class StaleUpdate:
    """From the second step on the optimizer runs code that was compiled for gradients of None."""

    def update(self):
        before = [p.detach().clone() for p in self.model.parameters()]
        super().update()
        if self.done >= 1:
            with torch.no_grad():
                for p, old in zip(self.model.parameters(), before):
                    p.copy_(old)


@fault("TLN108", on=(ConvNet,))
class WeightsRestoredEveryStep:
    """`model.load_state_dict(best)` in the inner loop."""

    def build(self):
        super().build()
        self.best = copy.deepcopy(self.model.state_dict())

    def update(self):
        super().update()
        self.model.load_state_dict(self.best)


# --- TLN109: nothing steps ---------------------------------------------------------------------------------------


@fault("TLN109", on=(Mlp, ConvNet, Gpt, Compiled))
class NeverStepped:
    def update(self):
        pass


@fault("TLN109", on=(Scaled,))
class ScalerNeverSteps:
    def update(self):
        self.scaler.update()


@fault("TLN109", on=(ResNet,))
class OnlyTheScheduleSteps:
    def update(self):
        self.scheduler.step()


@fault("TLN109", on=(Dcgan,))
class GeneratorNeverSteps:
    def update(self):
        pass


@fault("TLN109", "TLN108", on=(Lstm,), starts=20)
class StepsOnlyInFirstEpochs:
    """An early return: after the second epoch the step is skipped."""

    def update(self):
        if self.done < 20:
            super().update()
