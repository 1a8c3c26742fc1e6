"""Healthy trainings of many kinds, a few steps each.

Each takes `watch`, which makes a context manager of the models it is given (a guard, or nothing), trains, and returns
all that it has computed: losses and final weights.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.checkpoint import checkpoint
from torch.utils.data import DataLoader, Dataset

Watch = Callable[..., AbstractContextManager[Any]]
Workload = Callable[[Watch], list[Any]]

WORKLOADS: dict[str, Workload] = {}

#: more than the steps after which the guard has stopped listening to operations
STEPS = 8


def workload(function: Workload) -> Workload:
    WORKLOADS[function.__name__] = function
    return function


def mlp(dropout: float = 0.0) -> nn.Sequential:
    return nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Dropout(dropout), nn.Linear(16, 4))


def cnn() -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(3, 8, 3), nn.BatchNorm2d(8), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(8, 4)
    )


def batch(size: int = 16, features: tuple[int, ...] = (8,), classes: int = 4) -> tuple[torch.Tensor, torch.Tensor]:
    return torch.randn(size, *features), torch.randint(0, classes, (size,))


def weights(*modules: nn.Module) -> list[torch.Tensor]:
    return [tensor for module in modules for tensor in module.state_dict().values()]


def train(
    watch: Watch,
    model: nn.Module,
    optimizer: torch.optim.Optimizer,
    loss_of: Callable[[], torch.Tensor] | None = None,
    steps: int = STEPS,
) -> list[Any]:
    """The plainest loop."""
    losses = []
    with watch(model):
        for _ in range(steps):
            if loss_of is None:
                x, y = batch()
                loss = F.cross_entropy(model(x), y)
            else:
                loss = loss_of()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    return [losses, *weights(model)]


# ------------------------------------------------------------------- optimizers


class SignDescent(torch.optim.Optimizer):
    """An optimizer as people write their own."""

    def __init__(self, params: Any, lr: float) -> None:
        super().__init__(params, {"lr": lr})

    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None) -> float | None:
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        for group in self.param_groups:
            for parameter in group["params"]:
                if parameter.grad is not None:
                    parameter.sub_(group["lr"] * parameter.grad.sign())
        return loss


def _optimizer_workload(name: str, make: Callable[[Any], torch.optim.Optimizer]) -> None:
    def run(watch: Watch) -> list[Any]:
        model = mlp(dropout=0.1)
        return train(watch, model, make(model.parameters()))

    WORKLOADS[name] = run


_optimizer_workload("sgd_for_loop", lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9, foreach=False))
_optimizer_workload("sgd_foreach", lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9, foreach=True))
_optimizer_workload("sgd_fused", lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9, fused=True))
_optimizer_workload("adam_foreach", lambda p: torch.optim.Adam(p, lr=0.01, foreach=True))
_optimizer_workload("adamw_fused", lambda p: torch.optim.AdamW(p, lr=0.01, fused=True))
_optimizer_workload("rmsprop", lambda p: torch.optim.RMSprop(p, lr=0.01))
_optimizer_workload("tensor_learning_rate", lambda p: torch.optim.Adam(p, lr=torch.tensor(0.01), foreach=False))
_optimizer_workload("own_optimizer", lambda p: SignDescent(p, lr=0.001))


@workload
def lbfgs(watch: Watch) -> list[Any]:
    model, (x, y), losses = mlp(), batch(), []
    optimizer = torch.optim.LBFGS(model.parameters(), lr=0.5, max_iter=4, line_search_fn="strong_wolfe")

    def closure() -> torch.Tensor:
        optimizer.zero_grad()
        loss = F.cross_entropy(model(x), y)
        loss.backward()
        losses.append(loss.item())
        return loss

    with watch(model):
        for _ in range(STEPS):
            optimizer.step(closure)
    return [losses, *weights(model)]


@workload
def closure_of_own_optimizer(watch: Watch) -> list[Any]:
    model, losses = mlp(), []
    optimizer = SignDescent(model.parameters(), lr=0.01)

    def closure() -> float:
        optimizer.zero_grad()
        x, y = batch()
        loss = F.cross_entropy(model(x), y)
        loss.backward()
        losses.append(loss.item())
        return loss.item()

    with watch(model):
        for _ in range(STEPS):
            optimizer.step(closure=closure)
    return [losses, *weights(model)]


@workload
def step_in_backward(watch: Watch) -> list[Any]:
    """An optimizer for each parameter, stepped by hooks inside backward()."""
    model, losses = mlp(), []
    optimizers = {p: torch.optim.SGD([p], lr=0.1) for p in model.parameters()}

    def step(parameter: torch.Tensor) -> None:
        optimizers[parameter].step()
        optimizers[parameter].zero_grad()

    for parameter in model.parameters():
        parameter.register_post_accumulate_grad_hook(step)
    with watch(model):
        for _ in range(STEPS):
            x, y = batch()
            loss = F.cross_entropy(model(x), y)
            loss.backward()
            losses.append(loss.item())
    return [losses, *weights(model)]


@workload
def schedule_and_clipping(watch: Watch) -> list[Any]:
    model, losses = mlp(), []
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, STEPS)
    with watch(model):
        for _ in range(STEPS):
            x, y = batch()
            loss = F.cross_entropy(model(x), y)
            optimizer.zero_grad()
            loss.backward()
            losses.append(float(nn.utils.clip_grad_norm_(model.parameters(), 1.0)))
            nn.utils.clip_grad_value_(model.parameters(), 0.5)
            optimizer.step()
            scheduler.step()
    return [losses, *weights(model)]


# --------------------------------------------------------------- clearing gradients


@workload
def accumulation(watch: Watch) -> list[Any]:
    model, losses = mlp(), []
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    with watch(model):
        for number in range(4 * STEPS):
            x, y = batch()
            loss = F.cross_entropy(model(x), y) / 4
            loss.backward()
            losses.append(loss.item())
            if number % 4 == 3:
                optimizer.step()
                optimizer.zero_grad()
    return [losses, *weights(model)]


@workload
def gradients_set_to_zero(watch: Watch) -> list[Any]:
    model, losses = mlp(), []
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    with watch(model):
        for _ in range(STEPS):
            x, y = batch()
            optimizer.zero_grad(set_to_none=False)
            loss = F.cross_entropy(model(x), y)
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    return [losses, *weights(model)]


@workload
def gradients_cleared_by_hand(watch: Watch) -> list[Any]:
    model, losses = mlp(), []
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    clear: list[Callable[[torch.Tensor], Any]] = [
        lambda p: setattr(p, "grad", None),
        lambda p: p.grad.zero_(),
        lambda p: p.grad.mul_(0),
        lambda p: p.grad.data.zero_(),
        lambda p: setattr(p, "grad", torch.zeros_like(p)),
    ]
    with watch(model):
        for number in range(5 * STEPS):
            x, y = batch()
            loss = F.cross_entropy(model(x), y)
            loss.backward()
            optimizer.step()
            for parameter in model.parameters():
                clear[number // STEPS](parameter)
            losses.append(loss.item())
    return [losses, *weights(model)]


# --------------------------------------------------------------- several optimizers


@workload
def gan(watch: Watch) -> list[Any]:
    generator = nn.Sequential(nn.Linear(4, 16), nn.BatchNorm1d(16), nn.ReLU(), nn.Linear(16, 8))
    critic = nn.Sequential(nn.Linear(8, 16), nn.LeakyReLU(0.2), nn.Dropout(0.1), nn.Linear(16, 1))
    critic_optimizer = torch.optim.Adam(critic.parameters(), lr=2e-4)
    generator_optimizer = torch.optim.Adam(generator.parameters(), lr=2e-4)
    real, fake, losses = torch.ones(16, 1), torch.zeros(16, 1), []
    with watch(generator, critic):
        for _ in range(STEPS):
            critic_optimizer.zero_grad()
            made = generator(torch.randn(16, 4))
            loss = F.binary_cross_entropy_with_logits(critic(torch.randn(16, 8)), real)
            loss.backward()
            loss_made = F.binary_cross_entropy_with_logits(critic(made.detach()), fake)
            loss_made.backward()
            critic_optimizer.step()
            generator_optimizer.zero_grad()
            loss_fooled = F.binary_cross_entropy_with_logits(critic(made), real)
            loss_fooled.backward()
            generator_optimizer.step()
            losses += [loss.item(), loss_made.item(), loss_fooled.item()]
        generator.eval()
        with torch.no_grad():
            losses.append(generator(torch.randn(4, 4)).sum().item())
    return [losses, *weights(generator, critic)]


@workload
def two_losses_in_one_backward(watch: Watch) -> list[Any]:
    body, one, two = nn.Linear(8, 16), nn.Linear(16, 4), nn.Linear(16, 3)
    model = nn.ModuleList([body, one, two])
    optimizer, losses = torch.optim.SGD(model.parameters(), lr=0.1), []
    with watch(model):
        for _ in range(STEPS):
            x, y = batch(classes=3)
            hidden = torch.tanh(body(x))
            pair = [F.cross_entropy(one(hidden), y), F.cross_entropy(two(hidden), y)]
            optimizer.zero_grad()
            torch.autograd.backward(pair)
            optimizer.step()
            losses += [loss.item() for loss in pair]
    return [losses, *weights(model)]


# ------------------------------------------------------------------- precision


@workload
def scaler_with_overflow(watch: Watch) -> list[Any]:
    """The first scales are so large that float16 gradients overflow, and steps are skipped."""
    model, losses = mlp(), []
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    scaler = torch.amp.GradScaler("cpu", init_scale=2.0**24, growth_interval=3)
    with watch(model):
        for _ in range(3 * STEPS):
            x, y = batch()
            with torch.autocast("cpu", torch.float16):
                loss = F.cross_entropy(model(x), y)
            optimizer.zero_grad()
            scaler.scale(loss).backward()
            scaler.step(optimizer)
            scaler.update()
            losses += [loss.item(), scaler.get_scale()]
    assert min(losses[1::2]) < 2.0**24, "this was meant to overflow"
    return [losses, *weights(model)]


@workload
def scaler_with_fused_optimizer(watch: Watch) -> list[Any]:
    model, losses = mlp(), []
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.01, fused=True)
    scaler = torch.amp.GradScaler("cpu", init_scale=2.0**24, growth_interval=3)
    with watch(model):
        for _ in range(3 * STEPS):
            x, y = batch()
            with torch.autocast("cpu", torch.float16):
                loss = F.cross_entropy(model(x), y)
            optimizer.zero_grad()
            scaler.scale(loss).backward()
            scaler.step(optimizer)
            scaler.update()
            losses += [loss.item(), scaler.get_scale()]
    return [losses, *weights(model)]


@workload
def scaler_with_clipping_and_accumulation(watch: Watch) -> list[Any]:
    """The scaled loss is divided after scaling, and overflows in float16 itself."""
    model, losses = mlp(), []
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    scaler = torch.amp.GradScaler("cpu", init_scale=2.0**20)
    with watch(model):
        for number in range(4 * STEPS):
            x, y = batch()
            with torch.autocast("cpu", torch.float16):
                loss = (model(x) - F.one_hot(y, 4)).square().mean().half()
            (scaler.scale(loss) / 2).backward()
            if number % 2:
                scaler.unscale_(optimizer)
                nn.utils.clip_grad_norm_(model.parameters(), 1.0)
                scaler.step(optimizer)
                scaler.update()
                optimizer.zero_grad()
            losses.append(loss.item())
    return [losses, *weights(model)]


@workload
def bfloat16_autocast(watch: Watch) -> list[Any]:
    model = cnn()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)

    def loss_of() -> torch.Tensor:
        x, y = batch(features=(3, 8, 8))
        with torch.autocast("cpu", torch.bfloat16):
            return F.cross_entropy(model(x), y)

    return train(watch, model, optimizer, loss_of)


@workload
def float64(watch: Watch) -> list[Any]:
    model = mlp().double()

    def loss_of() -> torch.Tensor:
        x, y = batch()
        return F.cross_entropy(model(x.double()), y)

    return train(watch, model, torch.optim.Adam(model.parameters(), lr=0.01), loss_of)


@workload
def complex_parameters(watch: Watch) -> list[Any]:
    model = nn.Linear(8, 4, dtype=torch.complex64)

    def loss_of() -> torch.Tensor:
        return (model(torch.randn(16, 8, dtype=torch.complex64)).abs() - 1).square().mean()

    return train(watch, model, torch.optim.Adam(model.parameters(), lr=0.01), loss_of)


# ------------------------------------------------------------------- memory


class Checkpointed(nn.Module):
    def __init__(self, use_reentrant: bool) -> None:
        super().__init__()
        self.first, self.middle, self.last = nn.Linear(8, 16), mlp_block(), nn.Linear(16, 4)
        self.use_reentrant = use_reentrant

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        hidden = checkpoint(self.middle, self.first(x), use_reentrant=self.use_reentrant)
        return self.last(hidden)


def mlp_block() -> nn.Sequential:
    return nn.Sequential(nn.Linear(16, 16), nn.ReLU(), nn.Dropout(0.2), nn.Linear(16, 16))


@workload
def checkpoint_reentrant(watch: Watch) -> list[Any]:
    model = Checkpointed(use_reentrant=True)
    return train(watch, model, torch.optim.SGD(model.parameters(), lr=0.1))


@workload
def checkpoint_non_reentrant(watch: Watch) -> list[Any]:
    model = Checkpointed(use_reentrant=False)
    return train(watch, model, torch.optim.SGD(model.parameters(), lr=0.1))


@workload
def checkpointed_root(watch: Watch) -> list[Any]:
    """Reentrant checkpointing calls the model itself without gradients, several times before each backward()."""
    model = mlp(dropout=0.2)

    def loss_of() -> torch.Tensor:
        total = torch.zeros(())
        for _ in range(4):
            x, y = batch()
            output = checkpoint(model, x.requires_grad_(), use_reentrant=True)
            total = total + F.cross_entropy(output, y) / 4
        return total

    return train(watch, model, torch.optim.SGD(model.parameters(), lr=0.1), loss_of)


# ------------------------------------------------------------------- kinds of models


@workload
def sparse_embedding(watch: Watch) -> list[Any]:
    model = nn.Embedding(32, 4, sparse=True)

    def loss_of() -> torch.Tensor:
        return model(torch.randint(0, 32, (16,))).square().sum(dim=1).mean()

    return train(watch, model, torch.optim.SparseAdam(model.parameters(), lr=0.01), loss_of)


@workload
def sparse_and_dense(watch: Watch) -> list[Any]:
    table, head = nn.Embedding(32, 8, sparse=True), nn.Linear(8, 4)
    model, losses = nn.Sequential(table, head), []
    optimizers = [torch.optim.SparseAdam(table.parameters(), lr=0.01), torch.optim.Adam(head.parameters(), lr=0.01)]
    with watch(model):
        for _ in range(STEPS):
            loss = F.cross_entropy(model(torch.randint(0, 32, (16,))), torch.randint(0, 4, (16,)))
            for optimizer in optimizers:
                optimizer.zero_grad()
            loss.backward()
            for optimizer in optimizers:
                optimizer.step()
            losses.append(loss.item())
    return [losses, *weights(model)]


@workload
def frozen_parts(watch: Watch) -> list[Any]:
    """Fine-tuning: the body is frozen, its BatchNorm kept in eval mode, and an evaluation between the epochs."""
    model, losses = cnn(), []
    for parameter in model[:2].parameters():
        parameter.requires_grad_(False)
    optimizer = torch.optim.SGD([p for p in model.parameters() if p.requires_grad], lr=0.1)
    with watch(model):
        for _ in range(3):
            model.train()
            model[1].eval()
            for _ in range(STEPS):
                x, y = batch(features=(3, 8, 8))
                loss = F.cross_entropy(model(x), y)
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                losses.append(loss.item())
            model.eval()
            with torch.no_grad():
                for _ in range(4):
                    losses.append(model(torch.randn(8, 3, 8, 8)).sum().item())
    return [losses, *weights(model)]


@workload
def ema_copy(watch: Watch) -> list[Any]:
    model = mlp(dropout=0.2)
    optimizer, losses = torch.optim.SGD(model.parameters(), lr=0.1), []
    with watch(model):
        # copied inside the block: the copy is not guarded
        averaged = copy.deepcopy(model).eval().requires_grad_(False)
        for _ in range(STEPS):
            x, y = batch()
            loss = F.cross_entropy(model(x), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            with torch.no_grad():
                for slow, fast in zip(averaged.parameters(), model.parameters()):
                    slow.lerp_(fast, 0.1)
                losses += [loss.item(), averaged(x).sum().item()]
    return [losses, *weights(model, averaged)]


@workload
def averaged_by_swa_utils(watch: Watch) -> list[Any]:
    model, losses = cnn(), []
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    averaged = torch.optim.swa_utils.AveragedModel(model)
    data = [torch.randn(8, 3, 8, 8) for _ in range(5)]
    with watch(model):
        for x in data + data:
            loss = F.cross_entropy(model(x), torch.randint(0, 4, (8,)))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            averaged.update_parameters(model)
            losses.append(loss.item())
        torch.optim.swa_utils.update_bn(data, averaged)
        torch.optim.swa_utils.update_bn(data, model)
    return [losses, *weights(model, averaged)]


@workload
def monte_carlo_dropout(watch: Watch) -> list[Any]:
    """Evaluation with the dropout layers on, on purpose."""
    model = mlp(dropout=0.3)
    computed = train(watch, model, torch.optim.SGD(model.parameters(), lr=0.1))
    with watch(model):
        more = train(lambda *_: watch(), model, torch.optim.SGD(model.parameters(), lr=0.1))
        model.eval()
        model[2].train()
        with torch.no_grad():
            samples = torch.stack([model(torch.ones(4, 8)) for _ in range(6)])
    return [*computed, *more, samples]


@workload
def reinforce(watch: Watch) -> list[Any]:
    """A policy gradient: its loss is negative half of the time, and nll without a reduction serves as a gather."""
    model = nn.Sequential(nn.Linear(8, 16), nn.Tanh(), nn.Linear(16, 4))
    optimizer, losses = torch.optim.Adam(model.parameters(), lr=0.01), []
    with watch(model):
        for _ in range(STEPS):
            states = []
            with torch.no_grad():
                for _ in range(4):
                    state = torch.randn(8)
                    states.append((state, torch.distributions.Categorical(logits=model(state)).sample()))
            x, actions = torch.stack([s for s, _ in states]), torch.stack([a for _, a in states])
            returns = torch.randn(4)
            distribution = torch.distributions.Categorical(logits=model(x))
            loss = -(distribution.log_prob(actions) * returns).mean() - 0.01 * distribution.entropy().mean()
            loss = loss + (F.nll_loss(model(x).log_softmax(1), actions, reduction="none") * returns).mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    return [losses, *weights(model)]


class Recurrent(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.rnn, self.head = nn.LSTM(4, 8, num_layers=2, dropout=0.2, batch_first=True), nn.Linear(8, 4)

    def forward(self, x: torch.Tensor, state: Any = None) -> Any:
        hidden, state = self.rnn(x, state)
        return self.head(hidden), state


@workload
def carried_hidden_state(watch: Watch) -> list[Any]:
    model, state, losses = Recurrent(), None, []
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    with watch(model):
        for _ in range(2 * STEPS):
            output, state = model(torch.randn(4, 6, 4), state)
            state = tuple(part.detach() for part in state)
            loss = F.cross_entropy(output.flatten(0, 1), torch.randint(0, 4, (24,)))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    return [losses, *weights(model)]


class FromDict(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.body = mlp(dropout=0.1)

    def forward(self, inputs: dict[str, Any], *, scale: float = 1.0) -> dict[str, torch.Tensor]:
        return {"logits": self.body(inputs["x"]) * scale, "ids": inputs["nested"][0]}


@workload
def dict_inputs_and_outputs(watch: Watch) -> list[Any]:
    model = FromDict()

    def loss_of() -> torch.Tensor:
        x, y = batch()
        return F.cross_entropy(model({"x": x, "nested": [y, {"more": None}]}, scale=0.5)["logits"], y)

    return train(watch, model, torch.optim.SGD(model.parameters(), lr=0.1), loss_of)


def transformer(dropout: float = 0.1) -> nn.TransformerEncoder:
    layer = nn.TransformerEncoderLayer(8, 2, 16, dropout, batch_first=True)
    return nn.TransformerEncoder(layer, 2)


@workload
def transformer_encoder(watch: Watch) -> list[Any]:
    """With evaluations, also before the first step: attention takes its fast path there, whose numbers differ."""
    model, head = transformer(), nn.Linear(8, 4)
    both = nn.Sequential(model, head)
    optimizer, computed = torch.optim.Adam(both.parameters(), lr=0.01), []
    for guarded in (both, model):
        with watch(guarded):
            for _ in range(STEPS):
                both.eval()
                with torch.no_grad():
                    computed.append(both(torch.randn(4, 6, 8)))
                both.train()
                loss = F.cross_entropy(both(torch.randn(4, 6, 8)).flatten(0, 1), torch.randint(0, 4, (24,)))
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                computed.append(loss.item())
    return [computed, *weights(both)]


# ------------------------------------------------------------------- autograd


@workload
def vmap_and_grad(watch: Watch) -> list[Any]:
    """Gradients per sample, and an ensemble, inside an otherwise usual loop."""
    model = mlp()
    optimizer, computed = torch.optim.SGD(model.parameters(), lr=0.1), []

    def loss_of_one(parameters: dict[str, torch.Tensor], x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        return F.cross_entropy(torch.func.functional_call(model, parameters, (x[None],)), y[None])

    with watch(model):
        for _ in range(STEPS):
            x, y = batch()
            parameters = {name: p.detach() for name, p in model.named_parameters()}
            per_sample = torch.func.vmap(torch.func.grad(loss_of_one), (None, 0, 0))(parameters, x, y)
            computed.append(torch.func.vmap(model)(x))
            computed.append(torch.func.jacrev(model)(x[0]))
            for name, parameter in model.named_parameters():
                parameter.grad = per_sample[name].mean(0)
            optimizer.step()
            optimizer.zero_grad()
    return [*computed, *weights(model)]


@workload
def gradient_penalty(watch: Watch) -> list[Any]:
    """Double backward."""
    model, losses = nn.Sequential(nn.Linear(8, 16), nn.Tanh(), nn.Linear(16, 1)), []
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    with watch(model):
        for _ in range(STEPS):
            x = torch.randn(16, 8, requires_grad=True)
            output = model(x)
            (slope,) = torch.autograd.grad(output.sum(), x, create_graph=True)
            loss = output.square().mean() + (slope.norm(dim=1) - 1).square().mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    return [losses, *weights(model)]


@workload
def create_graph(watch: Watch) -> list[Any]:
    """backward(create_graph=True): the gradients themselves have a graph."""
    model, losses = nn.Sequential(nn.Linear(8, 16), nn.Tanh(), nn.Linear(16, 1)), []
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    with watch(model):
        for _ in range(STEPS):
            loss = model(torch.randn(16, 8)).square().mean()
            loss.backward(create_graph=True)
            penalty = sum(p.grad.square().sum() for p in model.parameters())
            (0.01 * penalty).backward()
            optimizer.step()
            optimizer.zero_grad()
            losses.append(loss.item())
    return [losses, *weights(model)]


@workload
def retain_graph(watch: Watch) -> list[Any]:
    model, losses = mlp(), []
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    with watch(model):
        for _ in range(2 * STEPS):
            x, y = batch()
            output = model(x)
            loss = F.cross_entropy(output, y)
            optimizer.zero_grad()
            loss.backward(retain_graph=True)
            loss.backward(retain_graph=True)
            output.square().mean().backward()
            optimizer.step()
            losses.append(loss.item())
    return [losses, *weights(model)]


@workload
def gradient_argument(watch: Watch) -> list[Any]:
    model = mlp()
    optimizer, computed = torch.optim.SGD(model.parameters(), lr=0.1), []
    with watch(model):
        for _ in range(STEPS):
            output = model(torch.randn(16, 8))
            optimizer.zero_grad()
            output.backward(gradient=torch.randn(16, 4) / 16)
            optimizer.step()
            computed.append(output.detach())
    return [*computed, *weights(model)]


# ------------------------------------------------------------------- data


class Numbers(Dataset[Any]):
    """Reads uint8 images, with arithmetic that wraps, in the worker: that is not the guard's business."""

    def __len__(self) -> int:
        return 64

    def __getitem__(self, index: int) -> tuple[torch.Tensor, int]:
        image = torch.randint(0, 256, (8,), dtype=torch.uint8)
        return (image + image).float() / 255, index % 4


@workload
def forked_loader(watch: Watch) -> list[Any]:
    model, losses = mlp(dropout=0.1), []
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    loader = DataLoader(Numbers(), batch_size=16, shuffle=True, num_workers=1, multiprocessing_context="fork")
    with watch(model):
        for _ in range(2):
            for x, y in loader:
                loss = F.cross_entropy(model(x), y)
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                losses.append(loss.item())
    return [losses, *weights(model)]
