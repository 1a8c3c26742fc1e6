"""Ways to step: optimizers, schedules, accumulation, two passes, second order."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import nn

from .. import data, models
from ..program import Program
from ..registry import workload
from .sequences import Gpt
from .supervised import ConvNet, Mlp, Regression


@workload
class FusedAdamW(Mlp):
    def make_optimizer(self):
        return torch.optim.AdamW(self.model.parameters(), lr=self.lr, fused=True)


@workload
class ForeachSgd(ConvNet):
    def make_optimizer(self):
        return torch.optim.SGD(self.model.parameters(), lr=0.05, momentum=0.9, foreach=True)


@workload
class RmsProp(Mlp):
    """Gradients zeroed in place, not set to None, and cleared on the model."""

    def make_optimizer(self):
        return torch.optim.RMSprop(self.model.parameters(), lr=1e-3)

    def clear(self):
        self.model.zero_grad(set_to_none=False)


@workload
class ClearedAfterStep(Mlp):
    """The clearing stands at the end of the iteration, by hand."""

    def clear(self):
        pass

    def update(self):
        super().update()
        for p in self.model.parameters():
            p.grad = None


@workload
class AMSGradWithPlateau(Regression):
    """A schedule that looks at the validation loss."""

    def make_optimizer(self):
        optimizer = torch.optim.Adam(self.model.parameters(), lr=1e-2, amsgrad=True)
        self.scheduler = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, patience=0)
        return optimizer

    @torch.no_grad()
    def evaluate(self):
        self.scheduler.step(sum(float(self.loss(*batch)) for batch in self.held_out))


@workload
class Lbfgs(Regression):
    """A closure that the optimizer calls as often as it likes; the whole data set at once."""

    batch_size = 512

    def make_optimizer(self):
        return torch.optim.LBFGS(self.model.parameters(), lr=0.5, max_iter=4, line_search_fn="strong_wolfe")

    def iteration(self):
        x, y = self.batch()

        def closure():
            self.clear()
            loss = self.loss(x, y)
            self.backward(loss)
            return loss

        self.losses.append(float(self.optimizer.step(closure)))


@workload
class ClosureAdam(Mlp):
    """A closure for an optimizer that wouldn't need one."""

    def iteration(self):
        x, y = self.batch()

        def closure():
            self.clear()
            loss = self.loss(x, y)
            self.backward(loss)
            return loss

        self.log(self.optimizer.step(closure))


@workload
class Accumulation(ConvNet):
    """Four backwards per step, cleared after the step; the last batches of an epoch step early."""

    parts = 4

    def iteration(self):
        total = 0.0
        for part in range(self.parts):
            loss = self.loss(*self.batch()) / self.parts
            self.backward(loss)
            total += loss.item()
            if part == self.parts - 1:
                self.update()
                self.clear()
        self.losses.append(total)


class SignDescent(torch.optim.Optimizer):
    """A user's own optimizer (Lion)."""

    def __init__(self, params, lr=1e-3, betas=(0.9, 0.99)):
        super().__init__(params, {"lr": lr, "betas": betas})

    @torch.no_grad()
    def step(self, closure=None):
        for group in self.param_groups:
            one, two = group["betas"]
            for p in group["params"]:
                if p.grad is None:
                    continue
                average = self.state[p].setdefault("average", torch.zeros_like(p))
                p.sub_(group["lr"] * average.lerp(p.grad, 1 - one).sign())
                average.lerp_(p.grad, 1 - two)


@workload
class OwnOptimizer(Gpt):
    def make_optimizer(self):
        return SignDescent(self.model.parameters(), lr=1e-3)


@workload
class HandWrittenSgd(Mlp):
    """No optimizer object at all: the tutorial's `p -= lr * p.grad`."""

    def clear(self):
        self.model.zero_grad()

    def make_optimizer(self):
        return None

    @torch.no_grad()
    def update(self):
        for p in self.model.parameters():
            p -= 0.1 * p.grad


@workload
class TwoParts(Mlp):
    """One optimizer for the body, another for the head, stepped together."""

    def make_optimizer(self):
        self.head_optimizer = torch.optim.SGD(self.model[-1].parameters(), lr=0.05)
        return torch.optim.Adam(self.model[:-1].parameters(), lr=self.lr)

    def clear_head(self):
        self.head_optimizer.zero_grad()

    def clear(self):
        super().clear()
        self.clear_head()

    def update(self):
        super().update()
        self.head_optimizer.step()


@workload
class SharpnessAware(Mlp):
    """SAM: climbs along the gradient, takes the gradient there, descends from the start."""

    def iteration(self):
        x, y = self.batch()
        self.clear()
        loss = self.loss(x, y)
        self.backward(loss)
        with torch.no_grad():
            scale = 0.05 / (nn.utils.get_total_norm([p.grad for p in self.model.parameters()]) + 1e-12)
            climbs = [p.grad * scale for p in self.model.parameters()]
            for p, climb in zip(self.model.parameters(), climbs):
                p.add_(climb)
        self.clear()
        self.backward(self.loss(x, y))
        with torch.no_grad():
            for p, climb in zip(self.model.parameters(), climbs):
                p.sub_(climb)
        self.update()
        self.log(loss)


@workload
class MetaLearning(Program):
    """MAML: an inner step whose gradient keeps its graph, then the outer step through it."""

    lr = 5e-3

    def build(self):
        self.model = models.mlp(1, 1, width=40)
        self.optimizer = self.make_optimizer()

    def batch(self):
        return torch.rand(4, 1, 1) * 3, torch.rand(4, 20, 1) * 6 - 3

    def loss(self, phases, points):
        total = torch.zeros(())
        weights = dict(self.model.named_parameters())
        for phase, x in zip(phases, points):
            y = torch.sin(x + phase)
            inner = F.mse_loss(torch.func.functional_call(self.model, weights, (x[:10],)), y[:10])
            slopes = torch.autograd.grad(inner, list(weights.values()), create_graph=True)
            adapted = {name: w - 0.05 * slope for (name, w), slope in zip(weights.items(), slopes)}
            total = total + F.mse_loss(torch.func.functional_call(self.model, adapted, (x[10:],)), y[10:])
        return total / len(phases)

    def evaluate(self):
        with torch.no_grad():
            self.model(torch.zeros(4, 1))


@workload
class GradientPenalty(Mlp):
    """Double backward: `backward(create_graph=True)` replaced by a norm in the loss."""

    def loss(self, x, y):
        with torch.enable_grad():
            x = x.detach().requires_grad_()
            loss = super().loss(x, y)
            (slope,) = torch.autograd.grad(loss, x, create_graph=True)
            return loss + 0.1 * slope.square().sum()


@workload
class OneCycle(ConvNet):
    """The learning rate rises and falls within the run; gradients are clipped by value."""

    def make_optimizer(self):
        optimizer = torch.optim.SGD(self.model.parameters(), lr=0.1, momentum=0.9)
        self.scheduler = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=0.2, total_steps=self.steps + 1)
        return optimizer

    def clip(self):
        nn.utils.clip_grad_value_(self.model.parameters(), 1.0)

    def update(self):
        super().update()
        self.scheduler.step()


@workload
class StepInBackward(Mlp):
    """One optimizer per parameter, stepped and cleared by hooks while backward runs."""

    def make_optimizer(self):
        self.optimizers = {p: torch.optim.Adam([p], lr=self.lr) for p in self.model.parameters()}
        for p in self.model.parameters():
            p.register_post_accumulate_grad_hook(self.step_one)

    def step_one(self, p):
        self.optimizers[p].step()
        self.optimizers[p].zero_grad()

    def clear(self):
        pass

    def update(self):
        pass


@workload
class PerSampleGradients(Mlp):
    """vmap of grad: clipped per row as in private training, no backward at all."""

    def iteration(self):
        x, y = self.batch()
        weights = {name: p.detach() for name, p in self.model.named_parameters()}

        def row_loss(weights, row, label):
            output = torch.func.functional_call(self.model, weights, (row[None],))
            return F.cross_entropy(output, label[None])

        slopes = torch.func.vmap(torch.func.grad(row_loss), in_dims=(None, 0, 0))(weights, x, y)
        norms = torch.stack([slope.flatten(1).norm(dim=1) for slope in slopes.values()]).norm(dim=0)
        share = (1.0 / (norms + 1e-6)).clamp(max=1.0)
        for name, p in self.model.named_parameters():
            p.grad = torch.einsum("b,b...->...", share, slopes[name]) / len(x)
        self.update()
        with torch.no_grad():
            self.log(self.loss(x, y))


@workload
class StochasticWeightAverage(ConvNet):
    """An averaged model, whose BatchNorm statistics are recomputed by forwards in train mode under no_grad."""

    def build(self):
        super().build()
        self.average = torch.optim.swa_utils.AveragedModel(self.model)

    def make_data(self):
        return data.images(rows=256)

    def validate(self):
        self.average.update_parameters(self.model)
        torch.optim.swa_utils.update_bn(self.held_out, self.average)
        self.average.eval()
        with torch.no_grad():
            for x, _y in self.held_out:
                self.average(x)
