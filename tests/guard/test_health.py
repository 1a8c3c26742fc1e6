"""Checks of training health: each bug, and what looks like it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from guard.programs import Net, batch, codes, healthy_step, train, watch
from torchlint.runtime.findings import RuntimeFinding


def deep(depth: int, activation: Callable[[], nn.Module], scale: float = 1.0) -> nn.Sequential:
    torch.manual_seed(0)
    layers = [part for _ in range(depth) for part in (nn.Linear(16, 16), activation())]
    model = nn.Sequential(nn.Linear(6, 16), activation(), *layers, nn.Linear(16, 4))
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.mul_(scale)
    return model


def only(findings: list[RuntimeFinding], code: str) -> RuntimeFinding:
    """The single finding, a warning."""
    assert codes(findings) == [code]
    assert findings[0].severity == "warning"
    return findings[0]


# ------------------------------------------------------------------ TLN504


def test_vanishing_gradient() -> None:
    found = only(train(healthy_step, 8, deep(24, nn.Sigmoid)), "TLN504")
    assert (found.module, found.step) == ("0", 4)
    assert found.evidence["first_gradient"] < 1e-6 * found.evidence["largest_gradient"]


def test_exploding_gradient() -> None:
    def step(model: nn.Module, optimizer: torch.optim.Optimizer, x: torch.Tensor, y: torch.Tensor) -> None:
        optimizer.zero_grad()
        # of the size of the outputs, which explode as well
        (model(x).mean() / 1e6).backward()
        optimizer.step()

    model = deep(16, lambda: nn.LeakyReLU(0.5), scale=8.0)
    with torch.no_grad():
        model[0].weight.div_(1e6)
        for layer in model:
            if isinstance(layer, nn.Linear):
                layer.bias.zero_()
    found = train(step, 8, model, optimizer=torch.optim.SGD(model.parameters(), 1e-30), select=["TLN504"])
    assert only(found, "TLN504").module == "0"
    assert "explodes" in found[0].message


@pytest.mark.parametrize("warm_up", [False, True])
def test_a_head_that_starts_at_zero_is_healthy(warm_up: bool) -> None:
    model = deep(4, nn.Tanh)
    nn.init.zeros_(model[-1].weight)
    optimizer = torch.optim.Adam(model.parameters(), 1e-3)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: step / 10_000_000 if warm_up else 1.0)

    def step(model: nn.Module, optimizer: torch.optim.Optimizer, x: torch.Tensor, y: torch.Tensor) -> None:
        healthy_step(model, optimizer, x, y)
        schedule.step()

    assert train(step, 40, model, optimizer=optimizer, ignore=["TLN108"]) == []


# ------------------------------------------------------------------ TLN505


@pytest.mark.parametrize("functional", [False, True])
def test_dead_units(functional: bool) -> None:
    class Functional(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.hidden, self.head = nn.Linear(6, 16), nn.Linear(16, 4)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.head(F.relu(self.hidden(x)))

    model = Functional() if functional else nn.Sequential(nn.Linear(6, 16), nn.ReLU(), nn.Linear(16, 4))
    hidden = next(model.children())
    assert isinstance(hidden, nn.Linear)
    with torch.no_grad():
        hidden.bias.fill_(-100.0)
    found = only(train(healthy_step, 8, model, select=["TLN505"]), "TLN505")
    assert (found.module, found.step) == ("hidden" if functional else "0", 1)
    assert found.evidence["dead"] == 1


@pytest.mark.parametrize("dead", [8, 15])
def test_some_dead_units_or_a_small_batch_are_healthy(dead: int) -> None:
    model = nn.Sequential(nn.Linear(6, 16), nn.ReLU(), nn.Linear(16, 4))
    with torch.no_grad():
        model[0].bias[:dead] = -100.0
    assert train(healthy_step, 8, model) == []
    with torch.no_grad():
        model[0].bias.fill_(-100.0)

    def step(model: nn.Module, optimizer: torch.optim.Optimizer, x: torch.Tensor, y: torch.Tensor) -> None:
        healthy_step(model, optimizer, x[:8], y[:8])

    assert train(step, 8, model, select=["TLN505"]) == []


# ------------------------------------------------------------------ TLN506


@pytest.mark.parametrize(("rate", "step", "word"), [(10.0, 1, "lower"), (1e-10, 2, "raise")])
def test_updates_of_a_wrong_size(rate: float, step: int, word: str) -> None:
    model = deep(1, nn.Tanh).double()
    optimizer = torch.optim.Adam(model.parameters(), rate)

    def in_double(model: nn.Module, optimizer: torch.optim.Optimizer, x: torch.Tensor, y: torch.Tensor) -> None:
        healthy_step(model, optimizer, x.double(), y)

    found = only(train(in_double, 8, model, optimizer=optimizer, ignore=["TLN507"]), "TLN506")
    assert found.step == step
    assert found.help.startswith(word)


def test_a_model_from_zero_and_a_schedule_down_to_nothing_are_healthy() -> None:
    model = nn.Linear(6, 4)
    nn.init.zeros_(model.weight)
    nn.init.zeros_(model.bias)
    optimizer = torch.optim.SGD(model.parameters(), 0.5)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: 1.0 if step < 12 else 1e-9)

    def step(model: nn.Module, optimizer: torch.optim.Optimizer, x: torch.Tensor, y: torch.Tensor) -> None:
        healthy_step(model, optimizer, x, y)
        schedule.step()

    assert train(step, 140, model, optimizer=optimizer, every=8, ignore=["TLN108"]) == []


def test_a_loss_at_its_minimum_is_healthy() -> None:
    def distill(model: nn.Module, optimizer: torch.optim.Optimizer, x: torch.Tensor, y: torch.Tensor) -> None:
        output = model(x)
        optimizer.zero_grad()
        F.cross_entropy(output, output.detach().softmax(1)).backward()
        optimizer.step()

    assert train(distill, 10) == []


# ------------------------------------------------------------------ TLN507


@pytest.mark.parametrize("activation", [nn.Tanh, nn.Sigmoid])
def test_saturated_activations(activation: Callable[[], nn.Module]) -> None:
    model = nn.Sequential(nn.Linear(6, 16), activation(), nn.Linear(16, 4))
    with torch.no_grad():
        model[0].weight.mul_(100)
    found = only(train(healthy_step, 8, model), "TLN507")
    assert (found.module, found.step) == ("0", 2)


def test_saturated_outputs_are_healthy() -> None:
    """Of an autoencoder of black and white pictures, say."""
    model = nn.Sequential(nn.Linear(6, 16), nn.Tanh(), nn.Linear(16, 6), nn.Sigmoid())
    with torch.no_grad():
        model[2].weight.mul_(100)

    def step(model: nn.Module, optimizer: torch.optim.Optimizer, x: torch.Tensor, y: torch.Tensor) -> None:
        optimizer.zero_grad()
        F.mse_loss(model(x), (x > 0).float()).backward()
        optimizer.step()

    assert train(step, 8, model) == []


# ------------------------------------------------------------------ TLN305


def fine_tune(freeze_again: bool, unfreeze: bool = False, steps: int = 6) -> list[RuntimeFinding]:
    torch.manual_seed(0)
    model = Net()
    norm = model.body[1]
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
    norm.requires_grad_(not unfreeze)

    def program() -> None:
        norm.eval()
        for epoch in range(3):
            for _ in range(steps):
                healthy_step(model, optimizer, *batch())
            model.eval()
            with torch.no_grad():
                for _ in range(3):
                    model(batch()[0])
            model.train()
            if freeze_again:
                norm.eval()
            if unfreeze and epoch == 1:
                norm.train()
                norm.requires_grad_(True)

    return watch(program, model)


def test_frozen_batchnorm_thaws() -> None:
    found = only(fine_tune(freeze_again=False), "TLN305")
    assert (found.module, found.step) == ("body.1", 6)
    # an evaluation in the steady state wakes the checks
    assert only(fine_tune(freeze_again=False, steps=90), "TLN305").step == 90


def test_batchnorm_that_stays_frozen_or_is_unfrozen_on_purpose_is_healthy() -> None:
    assert fine_tune(freeze_again=True) == []
    assert fine_tune(freeze_again=True, unfreeze=True) == []


# ------------------------------------------------------------------ TLN508


def test_a_loss_that_diverges() -> None:
    def ascend(model: nn.Module, optimizer: torch.optim.Optimizer, x: torch.Tensor, y: torch.Tensor) -> None:
        loss = F.mse_loss(model(x), F.one_hot(y, 4).float())
        optimizer.zero_grad()
        loss.backward()
        for parameter in model.parameters():
            # the wrong sign
            parameter.grad.neg_()
        optimizer.step()

    model = Net()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.03)
    found = only(train(ascend, 40, model, optimizer=optimizer, ignore=["TLN503"]), "TLN508")
    assert found.step == 32
    assert found.evidence["last"] > 3 * found.evidence["first"]
    assert "the last steps:" in found.history


def test_spikes_and_a_loss_that_was_negative_are_healthy() -> None:
    steps = iter(range(1000))

    def spiky(model: nn.Module, optimizer: torch.optim.Optimizer, x: torch.Tensor, y: torch.Tensor) -> None:
        factor = 1000.0 if next(steps) % 5 == 4 else 1.0
        optimizer.zero_grad()
        (factor * F.cross_entropy(model(x), y)).backward()
        for parameter in model.parameters():
            parameter.grad.div_(factor)
        optimizer.step()

    assert train(spiky, 140) == []

    def rises(model: nn.Module, optimizer: torch.optim.Optimizer, x: torch.Tensor, y: torch.Tensor) -> None:
        optimizer.zero_grad()
        (F.cross_entropy(model(x), y) - 1.3 + next(steps) * 0.1).backward()
        optimizer.step()

    steps = iter(range(-5, 1000))
    assert train(rises, 140) == []


def test_a_loss_that_is_divided_by_fewer_passes_than_at_first_is_healthy() -> None:
    steps = iter(range(1000))

    def accumulates(model: nn.Module, optimizer: torch.optim.Optimizer, x: torch.Tensor, y: torch.Tensor) -> None:
        passes = 8 if next(steps) < 12 else 1
        optimizer.zero_grad()
        for _ in range(passes):
            (F.cross_entropy(model(x), y) / passes).backward()
        optimizer.step()

    assert train(accumulates, 140) == []


@pytest.mark.parametrize("learns", [False, True])
def test_a_classifier_that_still_guesses(learns: bool) -> None:
    def step(model: nn.Module, optimizer: torch.optim.Optimizer, x: torch.Tensor, y: torch.Tensor) -> None:
        healthy_step(model, optimizer, x, y if learns else torch.randint(4, y.shape))

    model = nn.Linear(6, 4)
    found = train(step, 1010, model, optimizer=torch.optim.SGD(model.parameters(), lr=0.05))
    assert codes(found) == ([] if learns else ["TLN508"])
    assert learns or found[0].step == 1001


# ------------------------------------------------------------------ TLN509


@pytest.mark.parametrize(("size", "expected"), [(2, ["TLN509"]), (4, [])])
def test_batchnorm_on_tiny_batches(size: int, expected: list[str]) -> None:
    def step(model: nn.Module, optimizer: torch.optim.Optimizer, x: torch.Tensor, y: torch.Tensor) -> None:
        healthy_step(model, optimizer, x[:size], y[:size])

    found = train(step, 8, select=["TLN509"])
    assert [(one.code, one.module, one.step) for one in found] == [(code, "body.1", 2) for code in expected]


def test_frozen_batchnorm_and_few_small_batches_are_healthy() -> None:
    sizes = iter([2, 2] + [32] * 20)

    def step(model: nn.Module, optimizer: torch.optim.Optimizer, x: torch.Tensor, y: torch.Tensor) -> None:
        size = next(sizes)
        healthy_step(model, optimizer, x[:size], y[:size])

    assert train(step, 10) == []
    model = Net()
    model.body[1].eval()
    assert train(lambda m, o, x, y: healthy_step(m, o, x[:2], y[:2]), 10, model) == []
