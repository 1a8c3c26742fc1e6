"""Ways to train: frozen parts, averages, evaluation modes, precision, compilation, checkpointing, wrappers."""

from __future__ import annotations

import copy
import warnings

import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.checkpoint import checkpoint

from .. import data, models
from ..program import Program
from ..registry import workload
from .sequences import Gpt, Lstm
from .supervised import ConvNet, Mlp, ResNet


@workload
class FineTuning(ConvNet):
    """A pretrained backbone, frozen with its BatchNorm in eval mode; a new head."""

    def make_model(self):
        model = super().make_model()
        x, y = data.images(rows=256, classes=10)
        optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
        for start in range(0, 256, 32):
            optimizer.zero_grad()
            F.cross_entropy(model(x[start : start + 32]), y[start : start + 32]).backward()
            optimizer.step()
        optimizer.zero_grad()
        model.head = nn.Linear(model.head.in_features, 10)
        model.features.requires_grad_(False)
        self.train_mode(model)
        return model

    def train_mode(self, model):
        model.train()
        model.features.eval()

    def make_optimizer(self):
        return torch.optim.Adam((p for p in self.model.parameters() if p.requires_grad), lr=1e-2)

    def validate(self):
        self.model.eval()
        self.evaluate()
        self.train_mode(self.model)


@workload
class GradualUnfreezing(FineTuning):
    """The last convolution thaws after two epochs and joins the optimizer."""

    def validate(self):
        super().validate()
        if self.done == 2 * self.epoch:
            self.thaw()

    def thaw(self):
        layer = self.model.features[4].requires_grad_(True)
        self.optimizer.add_param_group({"params": list(layer.parameters()), "lr": 1e-3})


class LowRank(nn.Module):
    """A frozen layer and a low-rank correction that starts at zero (LoRA)."""

    def __init__(self, layer, rank=4):
        super().__init__()
        self.layer = layer.requires_grad_(False)
        self.down = nn.Linear(layer.in_features, rank, bias=False)
        self.up = nn.Linear(rank, layer.out_features, bias=False)
        nn.init.zeros_(self.up.weight)

    def forward(self, x):
        return self.layer(x) + self.up(self.down(x))


@workload
class LowRankAdaptation(Gpt):
    def make_model(self):
        model = super().make_model().requires_grad_(False)
        for block in model.blocks:
            block.attention.qkv = LowRank(block.attention.qkv)
            block.mlp[0] = LowRank(block.mlp[0])
        model.head.requires_grad_(True)
        return model

    def make_optimizer(self):
        return torch.optim.AdamW((p for p in self.model.parameters() if p.requires_grad), lr=1e-2)


@workload
class MovingAverage(ResNet):
    """Evaluates a moving average of the weights, never the model itself, which stays in train mode."""

    def build(self):
        super().build()
        self.average = copy.deepcopy(self.model).eval()

    @torch.no_grad()
    def update(self):
        super().update()
        for slow, fast in zip(self.average.state_dict().values(), self.model.state_dict().values()):
            if slow.is_floating_point():
                slow.lerp_(fast, 0.1)

    @torch.no_grad()
    def validate(self):
        for x, y in self.held_out:
            self.criterion(self.average(x), y)


@workload
class MonteCarloDropout(Mlp):
    """Evaluation in eval mode, then dropout alone back in train mode for the spread of predictions."""

    def make_model(self):
        return models.mlp(32, 10, dropout=0.2)

    def evaluate(self):
        super().evaluate()
        for module in self.model.modules():
            if isinstance(module, nn.Dropout):
                module.train()
        with torch.no_grad():
            x, _y = next(iter(self.held_out))
            torch.stack([self.model(x).softmax(1) for _sample in range(8)]).std(0)


@workload
class TrainAccuracy(ConvNet):
    """Every epoch measures the training batches too, in eval mode and under inference_mode."""

    @torch.inference_mode()
    def evaluate(self):
        hits = [(self.model(x).argmax(1) == y).float().mean() for x, y in self.held_out]
        for _batch in range(3):
            x, y = self.batch()
            hits.append((self.model(x).argmax(1) == y).float().mean())
        float(torch.stack(hits).mean())


@workload
class NoValidation(ConvNet):
    """Nothing is ever evaluated."""

    def validate(self):
        pass


@workload
class Autocast(ConvNet):
    """bfloat16 autocast, no scaler needed."""

    def loss(self, x, y):
        with torch.autocast("cpu", dtype=torch.bfloat16):
            return super().loss(x, y)


@workload
class Scaled(Mlp):
    """A gradient scaler that starts too high: the first steps overflow and are skipped, which is right."""

    def make_optimizer(self):
        self.scaler = torch.amp.GradScaler("cpu", init_scale=2.0**127, growth_interval=20)
        return torch.optim.SGD(self.model.parameters(), lr=0.1, momentum=0.9)

    def backward(self, loss):
        self.scaler.scale(loss).backward()

    def clip(self):
        self.scaler.unscale_(self.optimizer)
        nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)

    def update(self):
        self.scaler.step(self.optimizer)
        self.scaler.update()


@workload
class ScaledHalf(Scaled):
    """float16 autocast and fused Adam under the scaler; the scale grows until it overflows again."""

    def make_optimizer(self):
        self.scaler = torch.amp.GradScaler("cpu", init_scale=2.0**18, growth_interval=5)
        return torch.optim.AdamW(self.model.parameters(), lr=3e-3, fused=True)

    def loss(self, x, y):
        with torch.autocast("cpu", dtype=torch.float16):
            return super().loss(x, y)

    def clip(self):
        pass


@workload
class Bfloat16Weights(Mlp):
    """All of the model in bfloat16, with a learning rate that survives the rounding."""

    def make_data(self):
        x, y = super().make_data()
        return x.bfloat16(), y

    def make_model(self):
        return super().make_model().bfloat16()


@workload
class Doubles(Mlp):
    def make_data(self):
        x, y = super().make_data()
        return x.double(), y

    def make_model(self):
        return super().make_model().double()


@workload
class Compiled(Mlp):
    def make_model(self):
        torch._dynamo.reset()
        return torch.compile(super().make_model(), backend="aot_eager")


@workload
class CompiledConvNet(ConvNet):
    """Compiled in place, with dropout, BatchNorm and a second graph for evaluation."""

    def make_model(self):
        torch._dynamo.reset()
        model = super().make_model()
        model.compile(backend="aot_eager")
        return model


class Checkpointed(nn.Module):
    def __init__(self, reentrant: bool):
        super().__init__()
        self.gpt = models.Gpt()
        self.reentrant = reentrant

    def forward(self, tokens):
        x = self.gpt.tokens(tokens) + self.gpt.positions.weight
        for block in self.gpt.blocks:
            x = checkpoint(block, x, use_reentrant=self.reentrant)
        return self.gpt.head(self.gpt.norm(x))


@workload
class Checkpointing(Gpt):
    """The forward of each block runs again in the backward."""

    def make_model(self):
        return Checkpointed(reentrant=False)


@workload
class ReentrantCheckpointing(Gpt):
    """The older kind: the first forward runs under no_grad, the second inside a nested backward."""

    def make_model(self):
        return Checkpointed(reentrant=True)

    @torch.no_grad()
    def evaluate(self):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            super().evaluate()


@workload
class SpectralNorm(ConvNet):
    def make_model(self):
        model = super().make_model()
        model.head = nn.utils.parametrizations.spectral_norm(model.head)
        return model


@workload
class WeightNorm(Lstm):
    def make_model(self):
        model = super().make_model()
        model.decoder = nn.utils.parametrizations.weight_norm(model.decoder)
        return model


class Parallel(nn.Module):
    """A wrapper as of a framework: forwards everything, and overrides train()."""

    def __init__(self, module):
        super().__init__()
        self.module = module

    def forward(self, *args):
        return self.module(*args)

    def train(self, mode=True):
        self.module.train(mode)
        return super().train(mode)


@workload
class Wrapped(ConvNet):
    """The wrapper trains; the guard is given the model inside."""

    def forward(self, x):
        return self.wrapper(x)

    def make_model(self):
        model = super().make_model()
        self.wrapper = Parallel(model)
        return model


@workload
class StochasticDepth(ResNet):
    """Blocks are dropped at random while training: some parameters go without a gradient in some steps."""

    def forward(self, x):
        model = self.model
        x = model.stem(x)
        for block in (model.layer1, model.layer2, model.layer3):
            if block is not model.layer1 or not model.training or torch.rand(()) < 0.7:
                x = block(x)
        return model.fc(x.mean((2, 3)))


@workload
class Interrupted(Program):
    """Saves and restores model and optimizer in the middle of the run."""

    def make_data(self):
        return data.clusters()

    def make_model(self):
        return models.mlp(32, 10, dropout=0.1)

    def validate(self):
        super().validate()
        saved = copy.deepcopy((self.model.state_dict(), self.optimizer.state_dict()))
        self.iteration()
        self.model.load_state_dict(saved[0])
        self.optimizer.load_state_dict(saved[1])


@workload
class FederatedClients(Mlp):
    """Copies of the model train by turns with optimizers of their own, then their weights are averaged."""

    def iteration(self):
        x, y = self.batch()
        states = []
        for rows in (slice(0, 16), slice(16, 32)):
            client = copy.deepcopy(self.model)
            optimizer = torch.optim.SGD(client.parameters(), lr=0.2)
            loss = F.cross_entropy(client(x[rows]), y[rows])
            loss.backward()
            optimizer.step()
            states.append(client.state_dict())
        average = {name: torch.stack([state[name] for state in states]).mean(0) for name in states[0]}
        self.model.load_state_dict(average)
        self.log(loss)
