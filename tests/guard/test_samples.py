"""Samples of layers: the numbers are right, and nothing stays behind."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import nn

import torchlint
from torchlint.runtime.activations import PASSES
from torchlint.runtime.layers import EARLY, Sample
from torchlint.runtime.observers import Observer


class Functional(nn.Module):
    """Activations as functions, which no hook on a module of theirs could see."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(1, 8, 3)
        self.norm = nn.BatchNorm2d(8)
        self.hidden = nn.Linear(8 * 9, 14)
        self.dropout = nn.Dropout(0.2)
        self.head = nn.Linear(14, 3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = F.max_pool2d(F.relu(self.norm(self.conv(x))), 2)
        return self.head(self.dropout(torch.tanh(self.hidden(x.flatten(1)))))


def batch() -> tuple[torch.Tensor, torch.Tensor]:
    return torch.randn(32, 1, 8, 8), torch.randint(3, (32,))


def train(model: nn.Module, steps: int, **options: Any) -> tuple[list[Sample], torchlint.runtime.guard.Guard]:
    optimizer = torch.optim.SGD(model.parameters(), 0.1)
    with torchlint.guard(model, action="record", **options) as guard:
        for _ in range(steps):
            x, y = batch()
            optimizer.zero_grad()
            F.cross_entropy(model(x), y).backward()
            optimizer.step()
    return guard.samples, guard


def test_samples_are_taken_at_the_start_and_in_each_look() -> None:
    samples, _ = train(Functional(), 140, every=20)
    assert [sample.step for sample in samples] == [*sorted(EARLY), 81, 101, 121]
    samples, _ = train(Functional(), 330, every=20)
    assert [sample.step for sample in samples][-3:] == [181, 201, 301]


def test_the_numbers_of_a_sample_are_those_of_the_step() -> None:
    model = Functional()
    before = {name: parameter.detach().clone() for name, parameter in model.named_parameters()}
    (sample,), _ = train(model, 1)
    assert (sample.step, sample.learning_rate) == (0, 0.1)
    assert [layer.layer for layer in sample.layers] == ["conv", "norm", "hidden", "head"]
    assert [layer.matrix for layer in sample.layers] == [True, False, True, True]
    for layer in sample.layers:
        names = [name for name in before if name.startswith(f"{layer.layer}.")]
        norm = math.hypot(*(float(before[name].norm()) for name in names))
        moved = math.hypot(*(float((model.get_parameter(name).detach() - before[name]).norm()) for name in names))
        assert layer.weight_norm == pytest.approx(norm, rel=1e-4)
        assert layer.update_ratio == pytest.approx(moved / norm, rel=1e-3)
        # plain gradient descent
        assert layer.gradient_norm == pytest.approx(moved / 0.1, rel=1e-3)


def test_observers_are_told() -> None:
    class Seen(Observer):
        def __init__(self) -> None:
            self.told: list[Any] = []

        def layers(self, step: int, layers: Mapping[str, Mapping[str, float]]) -> None:
            self.told.append((step, layers))

    seen = Seen()
    samples, _ = train(Functional(), 3, observers=[seen])
    assert [step for step, _ in seen.told] == [0, 1, 2]
    first = seen.told[0][1]
    assert list(first) == ["conv", "norm", "hidden", "head"]
    assert first["norm"]["dead"] == samples[0].layers[1].dead
    assert set(first["head"]) == {
        *("gradient_norm", "weight_norm", "update_ratio", "activation_mean", "activation_std")
    }


def test_activations_before_functions_are_seen() -> None:
    model = Functional()
    with torch.no_grad():
        model.norm.bias.fill_(-100.0)
        model.hidden.weight.mul_(1000)
        model.hidden.bias.mul_(1000)
    (sample,), _ = train(model, 1)
    conv, norm, hidden, head = sample.layers
    assert (conv.dead, norm.dead, hidden.dead, head.dead) == (None, 1.0, None, None)
    assert norm.activation_mean == pytest.approx(-100, rel=1e-3)
    # dropout stands between tanh and the head: what is there cannot be told from the values
    assert (norm.saturated, hidden.saturated, head.saturated) == (None, None, None)
    model.dropout = nn.Identity()
    with torch.no_grad():
        model.norm.bias.fill_(0.0)
    (sample,), _ = train(model, 1)
    assert sample.layers[1].dead == 0
    assert sample.layers[2].saturated is not None and sample.layers[2].saturated > 0.8


def test_no_hook_is_left_behind_whatever_happens_in_a_forward_pass() -> None:
    class Fails(Functional):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            super().forward(x)
            assert any(module._forward_hooks for module in self.children())
            raise KeyError("mine")

    model = Fails()
    with torchlint.guard(model), pytest.raises(KeyError, match="mine"):
        model(batch()[0])
    assert not any(module._forward_hooks for module in model.modules())
    model = Functional()
    with torchlint.guard(model):
        model(batch()[0])
        assert not any(module._forward_hooks for module in model.modules())


def test_a_compiled_model_has_samples_without_activations() -> None:
    model = Functional()
    compiled = torch.compile(model, backend="eager")
    samples, _ = train(compiled, 3)
    assert [sample.step for sample in samples] == [0, 1, 2]
    assert all(layer.gradient_norm and layer.activation_std is None for layer in samples[0].layers)


def test_a_compiled_part_is_compiled_once_and_hears_no_hook() -> None:
    compilations = []

    def backend(graph: Any, inputs: Any) -> Any:
        compilations.append(graph)
        return graph

    part = nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Linear(16, 8))
    model = nn.Sequential(nn.Linear(8, 8), nn.ReLU(), torch.compile(part, backend=backend), nn.Linear(8, 3))
    optimizer = torch.optim.SGD(model.parameters(), 0.1)
    with torchlint.guard(model) as guard:
        for _ in range(9):
            optimizer.zero_grad()
            F.cross_entropy(model(torch.randn(16, 8)), torch.randint(3, (16,))).backward()
            optimizer.step()
    assert len(compilations) == 1
    assert [sample.step for sample in guard.samples] == [0, 1, 2, 4, 8]
    assert all(layer.activation_std is None for layer in guard.samples[-1].layers)
    # in the same process, what is not compiled is looked at
    samples, _ = train(Functional(), 3)
    assert all(layer.activation_std is not None for layer in samples[-1].layers)


def test_the_layers_of_two_optimizers_each_have_their_activations() -> None:
    generator, critic = nn.Sequential(nn.Linear(4, 16), nn.ReLU(), nn.Linear(16, 8)), nn.Linear(8, 1)
    optimizers = [torch.optim.Adam(model.parameters(), 1e-3) for model in (critic, generator)]
    with torchlint.guard(generator, critic) as guard:
        made = generator(torch.randn(32, 4))
        for values, optimizer in ((made.detach(), optimizers[0]), (made, optimizers[1])):
            optimizer.zero_grad()
            critic(values).square().mean().backward()
            optimizer.step()
    first, second = guard.samples
    assert [layer.layer for layer in first.layers] == ["Linear"]
    assert [layer.layer for layer in second.layers] == ["Sequential.0", "Sequential.2"]
    assert all(layer.activation_std for sample in guard.samples for layer in sample.layers)
    assert second.layers[0].dead is not None


def test_of_many_small_batches_some_are_looked_at() -> None:
    model = Functional()
    hooked = []

    def look(module: nn.Module, args: Any, result: Any) -> None:
        hooked.append(len(model.conv._forward_hooks) > 1)

    optimizer = torch.optim.SGD(model.parameters(), 0.1)
    model.conv.register_forward_hook(look)
    with torchlint.guard(model):
        for _ in range(2):
            for _ in range(12):
                x, y = batch()
                (F.cross_entropy(model(x), y) / 12).backward()
            optimizer.step()
            optimizer.zero_grad()
    assert hooked == [True] * PASSES + [False] * (12 - PASSES) + [True] * PASSES + [False] * (12 - PASSES)


def test_fused_optimizers_are_sampled_with_unscaled_gradients() -> None:
    def gradient_norms(scale: float) -> list[float]:
        torch.manual_seed(0)
        model = nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Linear(16, 3))
        optimizer = torch.optim.AdamW(model.parameters(), 0.01, fused=True)
        scaler = torch.amp.GradScaler("cpu", init_scale=scale)
        with torchlint.guard(model) as guard:
            scaler.scale(F.cross_entropy(model(torch.randn(16, 8)), torch.randint(3, (16,)))).backward()
            scaler.step(optimizer)
        (sample,) = guard.samples
        return [layer.gradient_norm or 0.0 for layer in sample.layers]

    assert gradient_norms(1024.0) == pytest.approx(gradient_norms(1.0))


def test_learning_speeds_suggest_groups() -> None:
    model = nn.Sequential(nn.Linear(8, 16), nn.Tanh(), nn.Linear(16, 16), nn.Tanh(), nn.Linear(16, 3))
    slow = list(model[0].parameters())
    rest = [*model[2].parameters(), *model[4].parameters()]
    optimizer = torch.optim.Adam([{"params": slow, "lr": 1e-6}, {"params": rest}], 1e-3)
    with torchlint.guard(model) as guard:
        for _ in range(10):
            optimizer.zero_grad()
            F.cross_entropy(model(torch.randn(32, 8)), torch.randint(3, (32,))).backward()
            optimizer.step()
    speeds = guard.learning_speeds()
    assert speeds[0].layer == "0"
    assert speeds[0].relative < 0.01
    assert "0: learning" in guard.summary() and "slower than the median layer" in guard.summary()
    assert train(Functional(), 10)[1].summary() == "No silent bugs found."
