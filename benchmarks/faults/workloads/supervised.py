"""Classifiers, regressors, segmentation: one model, one loss, one optimizer."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .. import data, models
from ..program import Program
from ..registry import workload


@workload
class Mlp(Program):
    def make_data(self):
        return data.clusters()

    def make_model(self):
        return models.mlp(32, 10)


@workload
class LeNet(Program):
    def make_data(self):
        return data.images()

    def make_model(self):
        return models.LeNet()

    def make_optimizer(self):
        return torch.optim.Adadelta(self.model.parameters(), lr=1.0)


@workload
class ConvNet(Program):
    """BatchNorm and Dropout, evaluated between epochs."""

    def make_data(self):
        return data.images()

    def make_model(self):
        return models.ConvNet()

    def make_optimizer(self):
        return torch.optim.SGD(self.model.parameters(), lr=0.05, momentum=0.9, weight_decay=5e-4, nesterov=True)


@workload
class ResNet(Program):
    """Zero-initialised residual branches, cosine schedule."""

    def make_data(self):
        return data.images()

    def make_model(self):
        return models.ResNet()

    def make_optimizer(self):
        optimizer = torch.optim.SGD(self.model.parameters(), lr=0.1, momentum=0.9)
        self.scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, self.steps)
        return optimizer

    def update(self):
        super().update()
        self.scheduler.step()


@workload
class UNet(Program):
    """A class per pixel."""

    batch_size = 16

    def make_data(self):
        return data.rectangles()

    def make_model(self):
        return models.UNet()


@workload
class BinarySegmentation(UNet):
    """One logit per pixel, BCE plus a soft Dice written by hand."""

    def make_model(self):
        return models.UNet(classes=1)

    def criterion(self, output, target):
        target = target.unsqueeze(1).float()
        chance = output.sigmoid()
        overlap = 2 * (chance * target).sum((1, 2, 3)) + 1
        total = chance.sum((1, 2, 3)) + target.sum((1, 2, 3)) + 1
        return F.binary_cross_entropy_with_logits(output, target) + (1 - overlap / total).mean()


@workload
class Regression(Program):
    def make_data(self):
        return data.surface()

    def make_model(self):
        return models.mlp(8, 1)

    def criterion(self, output, target):
        return F.mse_loss(output, target)


@workload
class SqueezedRegression(Regression):
    """Outputs (N,1) squeezed to (N), a residual written by hand."""

    def make_data(self):
        x, y = super().make_data()
        return x, y.squeeze(1)

    def criterion(self, output, target):
        return (output.squeeze(1) - target).abs().mean()


@workload
class Heteroscedastic(Regression):
    """A mean and a variance per row: the likelihood turns negative, which is right."""

    def make_model(self):
        return models.mlp(8, 2)

    def criterion(self, output, target):
        mean, spread = output.chunk(2, 1)
        return F.gaussian_nll_loss(mean, target, F.softplus(spread) + 1e-4)


@workload
class MultiLabel(Program):
    def make_data(self):
        return data.tags()

    def make_model(self):
        return models.mlp(32, 6)

    def criterion(self, output, target):
        return F.binary_cross_entropy_with_logits(output, target)


@workload
class SigmoidBce(MultiLabel):
    """The sigmoid is in the model, the loss takes probabilities."""

    def make_model(self):
        return nn.Sequential(super().make_model(), nn.Sigmoid())

    def criterion(self, output, target):
        return F.binary_cross_entropy(output, target)


@workload
class LogSoftmaxNll(Mlp):
    def make_model(self):
        return nn.Sequential(super().make_model(), nn.LogSoftmax(dim=1))

    def criterion(self, output, target):
        return F.nll_loss(output, target)


@workload
class LogSoftmaxIntoCrossEntropy(LogSoftmaxNll):
    """Harmless: the logarithm of a softmax is its own log_softmax."""

    def criterion(self, output, target):
        return F.cross_entropy(output, target)


@workload
class LabelSmoothing(ConvNet):
    def criterion(self, output, target):
        return F.cross_entropy(output, target, label_smoothing=0.1)


@workload
class Mixup(Mlp):
    """Soft targets from pairs of rows."""

    def loss(self, x, y):
        targets = F.one_hot(y, 10).float()
        share, order = torch.rand(()), torch.randperm(len(x))
        mixed = share * x + (1 - share) * x[order]
        return self.criterion(self.forward(mixed), share * targets + (1 - share) * targets[order])


@workload
class ClassWeights(LeNet):
    def criterion(self, output, target):
        return F.cross_entropy(output, target, weight=torch.linspace(0.2, 3.0, 10))


@workload
class FocalLoss(Mlp):
    """A softmax beside the cross entropy, not inside it."""

    def criterion(self, output, target):
        chance = output.softmax(1).gather(1, target[:, None]).squeeze(1)
        return ((1 - chance) ** 2 * F.cross_entropy(output, target, reduction="none")).mean()


@workload
class ConfidencePenalty(Mlp):
    """Cross entropy minus a share of the entropy of the softmax."""

    def criterion(self, output, target):
        log_chance = F.log_softmax(output, 1)
        entropy = -(log_chance.exp() * log_chance).sum(1).mean()
        return F.nll_loss(log_chance, target) - 0.1 * entropy


@workload
class RunningMetrics(ConvNet):
    """Counters and averages kept the right way: int64 counts, float sums, detached losses."""

    def build(self):
        super().build()
        self.correct = torch.zeros(10, dtype=torch.int64)
        self.total_loss = torch.zeros(())
        self.seen = 0

    def criterion(self, output, target):
        loss = super().criterion(output, target)
        hit = output.argmax(1) == target
        self.correct += torch.bincount(target[hit], minlength=10)
        self.total_loss += loss.detach() * len(target)
        self.seen += len(target)
        return loss


class TwoHeads(nn.Module):
    def __init__(self):
        super().__init__()
        self.trunk = nn.Sequential(nn.Linear(32, 64), nn.ReLU())
        self.classify = nn.Linear(64, 10)
        self.regress = nn.Linear(64, 1)

    def forward(self, x):
        hidden = self.trunk(x)
        return {"class": self.classify(hidden), "size": self.regress(hidden)}


@workload
class MultiTask(Mlp):
    """Outputs in a dictionary, a sum of losses."""

    def make_model(self):
        return TwoHeads()

    def criterion(self, output, target):
        size = target.float().unsqueeze(1) / 10
        return F.cross_entropy(output["class"], target) + 0.5 * F.mse_loss(output["size"], size)


class Inputs(nn.Module):
    """Reads a dictionary, and computes its own loss as the models of libraries do."""

    def __init__(self):
        super().__init__()
        self.network = models.mlp(32, 10)

    def forward(self, batch: dict[str, Tensor]) -> dict[str, Tensor]:
        logits = self.network(batch["features"])
        return {"logits": logits, "loss": F.cross_entropy(logits, batch["labels"])}


@workload
class DictInputs(Mlp):
    def make_model(self):
        return Inputs()

    def loss(self, x, y):
        return self.model({"features": x, "labels": y})["loss"]


class Supervised(nn.Module):
    def __init__(self):
        super().__init__()
        self.stages = nn.ModuleList(nn.Sequential(nn.Linear(32, 32), nn.ReLU()) for _stage in range(4))
        self.heads = nn.ModuleList(nn.Linear(32, 10) for _stage in range(4))

    def forward(self, x):
        outputs = []
        for stage, head in zip(self.stages, self.heads):
            x = stage(x)
            outputs.append(head(x))
        return outputs


@workload
class DeepSupervision(Mlp):
    """A head and a loss at each depth, each loss with its own backward."""

    def make_model(self):
        return Supervised()

    def iteration(self):
        x, y = self.batch()
        self.clear()
        losses = [F.cross_entropy(output, y) for output in self.forward(x)]
        for weight, loss in zip((0.2, 0.3, 0.5, 1.0), losses):
            (weight * loss).backward(retain_graph=loss is not losses[-1])
        self.update()
        self.log(losses[-1])

    def criterion(self, output, target):
        return F.cross_entropy(output[-1], target)


@workload
class Photographs(ConvNet):
    """uint8 images: inverted, masked and compared as bytes, which is exact, then scaled to floats."""

    def make_data(self):
        return data.photographs()

    def forward(self, x):
        dark = x < 20
        x = torch.where(dark, torch.zeros_like(x), 255 - x)
        return self.model(x.float() / 255 - 0.5)


@workload
class LogOfSoftmax(Mlp):
    """The logarithm taken by hand: probabilities, then an epsilon, then nll_loss."""

    def criterion(self, output, target):
        return F.nll_loss((output.softmax(1) + 1e-8).log(), target)


class Mixture(nn.Module):
    """A mixture of softmaxes: gates that are probabilities, and log-probabilities at the end."""

    def __init__(self):
        super().__init__()
        self.trunk = nn.Sequential(nn.Linear(32, 64), nn.ReLU())
        self.gates = nn.Linear(64, 3)
        self.heads = nn.Linear(64, 30)

    def forward(self, x):
        hidden = self.trunk(x)
        chances = self.heads(hidden).unflatten(1, (3, 10)).softmax(-1)
        return (self.gates(hidden).softmax(1).unsqueeze(2) * chances).sum(1).log()


@workload
class MixtureOfSoftmaxes(Mlp):
    def make_model(self):
        return Mixture()

    def criterion(self, output, target):
        return F.nll_loss(output, target)


class Gated(nn.Module):
    """Sigmoids and softmaxes right before the logits, as gates."""

    def __init__(self, outputs):
        super().__init__()
        self.trunk = nn.Sequential(nn.Linear(32, 64), nn.SiLU())
        self.value = nn.Linear(64, outputs)
        self.gate = nn.Linear(64, outputs)

    def forward(self, x):
        hidden = self.trunk(x)
        return self.value(hidden) * self.gate(hidden).sigmoid()


@workload
class GatedLogits(Mlp):
    def make_model(self):
        return Gated(10)


@workload
class GatedTags(MultiLabel):
    def make_model(self):
        return Gated(6)


@workload
class PairwiseRanking(SqueezedRegression):
    """Every row against every other: the (N,1) minus (N) is meant."""

    def criterion(self, output, target):
        scores = output.squeeze(1)
        margin = scores.unsqueeze(1) - scores
        order = (target.unsqueeze(1) - target).sign()
        return F.softplus(-margin * order).mean()


@workload
class ScaledOutput(Regression):
    """A column of outputs times a vector of constants, and targets normalised by statistics per feature."""

    def criterion(self, output, target):
        normal = (target - target.mean(0)) / target.std(0)
        return (torch.tensor([0.5]) * (output - normal).square()).sum(1).mean()


@workload
class SigmoidRegression(Regression):
    """A bounded output: a sigmoid into the mean squared error."""

    def make_model(self):
        return nn.Sequential(super().make_model(), nn.Sigmoid())

    def criterion(self, output, target):
        return F.mse_loss(output, (target / 4 + 0.5).clamp(0, 1))


@workload
class OrdinalTargets(Mlp):
    """Cumulative logits, and the batch sorted by label (a bucketing sampler)."""

    def make_model(self):
        return models.mlp(32, 9)

    def loss(self, x, y):
        y, order = y.sort()
        return F.binary_cross_entropy_with_logits(self.forward(x[order]), (y[:, None] > torch.arange(9)).float())
