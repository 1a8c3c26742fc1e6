"""TLN101 to TLN109: what happens to gradients between two steps."""

from __future__ import annotations

import copy

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from .programs import Net, batch, codes, healthy_step, train, watch


def test_healthy_training_is_silent() -> None:
    assert train(healthy_step, steps=30) == []


# ----------------------------------------------------------------- TLN101, TLN102


def test_gradients_are_never_cleared() -> None:
    def step(model, optimizer, x, y):
        F.cross_entropy(model(x), y).backward()
        optimizer.step()

    [finding] = train(step)
    assert (finding.code, finding.severity) == ("TLN101", "error")
    assert finding.step <= 5
    assert finding.line is not None and "test_gradients.py" in finding.line


def test_gradients_of_one_of_two_optimizers_are_never_cleared() -> None:
    torch.manual_seed(0)
    first, second = Net(), Net()
    optimizers = [torch.optim.Adam(net.parameters()) for net in (first, second)]

    def program():
        for _ in range(8):
            x, y = batch()
            optimizers[0].zero_grad()
            for net, optimizer in zip((first, second), optimizers):
                F.cross_entropy(net(x), y).backward()
                optimizer.step()

    findings = watch(program, first, second)
    assert codes(findings) == ["TLN101"]
    assert findings[0].module == "Adam 2"


def test_gradients_are_cleared_once_per_epoch() -> None:
    torch.manual_seed(0)
    model = Net()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)

    def program():
        for _ in range(3):
            optimizer.zero_grad()
            for _ in range(6):
                x, y = batch()
                F.cross_entropy(model(x), y).backward()
                optimizer.step()

    assert codes(watch(program, model)) == ["TLN101"]


def clear_with_none(model, optimizer):
    for parameter in model.parameters():
        parameter.grad = None


def clear_in_place(model, optimizer):
    for parameter in model.parameters():
        if parameter.grad is not None:
            parameter.grad.zero_()


def clear_behind_autograd(model, optimizer):
    for parameter in model.parameters():
        if parameter.grad is not None:
            parameter.grad.data.zero_()


@pytest.mark.parametrize(
    "clear",
    [
        lambda model, optimizer: optimizer.zero_grad(),
        lambda model, optimizer: optimizer.zero_grad(set_to_none=False),
        lambda model, optimizer: model.zero_grad(),
        clear_with_none,
        clear_in_place,
        clear_behind_autograd,
    ],
)
@pytest.mark.parametrize("clip", [False, True])
def test_every_way_of_clearing_counts(clear, clip: bool) -> None:
    def step(model, optimizer, x, y):
        clear(model, optimizer)
        F.cross_entropy(model(x), y).backward()
        if clip:
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()

    assert train(step) == []


def test_accumulation_over_uneven_windows_is_silent() -> None:
    def step(model, optimizer, x, y):
        for _ in range(1 + int(torch.randint(0, 4, ()))):
            (F.cross_entropy(model(x), y) / 4).backward()
        optimizer.step()
        optimizer.zero_grad()

    assert train(step, steps=20) == []


def test_gan_whose_generator_dirties_the_discriminator_is_silent() -> None:
    torch.manual_seed(0)
    generator, discriminator = nn.Linear(4, 6), nn.Sequential(nn.Linear(6, 8), nn.ReLU(), nn.Linear(8, 1))
    for_generator, for_discriminator = (torch.optim.Adam(net.parameters()) for net in (generator, discriminator))

    def program():
        for _ in range(10):
            real, noise = torch.randn(16, 6), torch.randn(16, 4)
            for_discriminator.zero_grad()
            F.softplus(-discriminator(real)).mean().backward()
            F.softplus(discriminator(generator(noise).detach())).mean().backward()
            for_discriminator.step()
            for_generator.zero_grad()
            F.softplus(-discriminator(generator(noise))).mean().backward()
            for_generator.step()

    assert watch(program, generator, discriminator) == []


@pytest.mark.parametrize("to_none", [True, False])
def test_gradients_are_cleared_before_the_step(to_none: bool) -> None:
    def step(model, optimizer, x, y):
        F.cross_entropy(model(x), y).backward()
        optimizer.zero_grad(set_to_none=to_none)
        optimizer.step()

    findings = train(step)
    assert "TLN102" in codes(findings)
    assert findings[codes(findings).index("TLN102")].step <= 5


# ------------------------------------------------------------------ TLN103 to TLN105


def test_clipping_after_the_step() -> None:
    def step(model, optimizer, x, y):
        optimizer.zero_grad()
        F.cross_entropy(model(x), y).backward()
        optimizer.step()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)

    findings = train(step)
    assert codes(findings) == ["TLN103"]


def test_clipping_before_backward() -> None:
    def step(model, optimizer, x, y):
        optimizer.zero_grad()
        loss = F.cross_entropy(model(x), y)
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        loss.backward()
        optimizer.step()

    assert codes(train(step)) == ["TLN103"]


@pytest.mark.parametrize("limit", [1.0, float("inf")])
def test_clipping_in_time_or_only_measuring_is_silent(limit: float) -> None:
    def step(model, optimizer, x, y):
        optimizer.zero_grad()
        F.cross_entropy(model(x), y).backward()
        torch.nn.utils.clip_grad_value_(model.parameters(), 0.5)
        optimizer.step()
        if limit == float("inf"):
            torch.nn.utils.clip_grad_norm_(model.parameters(), limit)

    assert train(step) == []


def scaled(model, optimizer, x, y, scaler, unscale: bool, clip: bool, by_scaler: bool) -> None:
    optimizer.zero_grad()
    scaler.scale(F.cross_entropy(model(x), y)).backward()
    if unscale:
        scaler.unscale_(optimizer)
    if clip:
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    if by_scaler:
        scaler.step(optimizer)
        scaler.update()
    else:
        optimizer.step()


@pytest.mark.parametrize(
    ("unscale", "clip", "by_scaler", "expected"),
    [
        (True, True, True, []),
        (False, False, True, []),
        (False, True, True, ["TLN104"]),
        (False, False, False, ["TLN105"]),
    ],
)
def test_grad_scaler(unscale: bool, clip: bool, by_scaler: bool, expected: list[str]) -> None:
    scaler = torch.amp.GradScaler("cpu")
    findings = train(
        lambda model, optimizer, x, y: scaled(model, optimizer, x, y, scaler, unscale, clip, by_scaler),
        select=["TLN10"],
    )
    assert codes(findings) == expected


# --------------------------------------------------------------------------- TLN107


@pytest.mark.parametrize("detach", [False, True])
def test_losses_that_are_added_up_as_tensors(detach: bool) -> None:
    total = torch.zeros(())

    def step(model, optimizer, x, y):
        nonlocal total
        optimizer.zero_grad()
        loss = F.cross_entropy(model(x), y)
        loss.backward()
        optimizer.step()
        total = total + (loss.detach() if detach else loss)

    assert codes(train(step, steps=15)) == ([] if detach else ["TLN107"])


# --------------------------------------------------------------------------- TLN108


def test_layer_replaced_after_the_optimizer_was_built() -> None:
    model = Net()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
    model.head = nn.Linear(16, 4)
    [finding] = train(healthy_step, model=model, optimizer=optimizer)
    assert (finding.code, finding.severity, finding.module) == ("TLN108", "error", "head.weight")


def test_optimizer_of_a_copy() -> None:
    model = Net()
    optimizer = torch.optim.SGD(copy.deepcopy(model).parameters(), lr=0.05)
    assert codes(train(healthy_step, model=model, optimizer=optimizer)) == ["TLN108"]


def test_layer_that_no_optimizer_holds() -> None:
    model = Net()
    held = [parameter for name, parameter in model.named_parameters() if name != "head.bias"]
    [finding] = train(healthy_step, model=model, optimizer=torch.optim.SGD(held, lr=0.05))
    assert (finding.code, finding.severity, finding.module) == ("TLN108", "warning", "head.bias")


def test_fine_tuning_a_head_is_silent() -> None:
    model = Net()
    assert train(healthy_step, model=model, optimizer=torch.optim.SGD(model.head.parameters(), lr=0.05)) == []


def test_detached_layer() -> None:
    class Detached(Net):
        def forward(self, x):
            return self.head(self.body(x).detach())

    [finding] = train(healthy_step, model=Detached())
    assert (finding.code, finding.module) == ("TLN108", "body.0.weight")


def test_steps_that_change_nothing() -> None:
    model = Net()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.fill_(1.0)
    model.to(torch.bfloat16)

    def step(model, optimizer, x, y):
        optimizer.zero_grad()
        F.cross_entropy(model(x.bfloat16()), y).backward()
        optimizer.step()

    findings = train(step, model=model, optimizer=torch.optim.SGD(model.parameters(), lr=1e-7))
    assert "TLN108" in codes(findings)
    assert findings[codes(findings).index("TLN108")].severity == "error"


def test_warm_up_from_a_learning_rate_of_zero_is_silent() -> None:
    model = Net()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: 0.0 if step < 3 else 1.0)

    def step(model, optimizer, x, y):
        healthy_step(model, optimizer, x, y)
        schedule.step()

    assert train(step, model=model, optimizer=optimizer) == []


def test_only_normalisation_layers_learn() -> None:
    model = Net()
    for name, parameter in model.named_parameters():
        parameter.requires_grad_(name.startswith("body.1"))
    findings = train(healthy_step, model=model)
    assert codes(findings) == ["TLN108"]
    assert "normalisation" in findings[0].message


# --------------------------------------------------------------------------- TLN109


def test_nothing_steps() -> None:
    def step(model, optimizer, x, y):
        optimizer.zero_grad()
        F.cross_entropy(model(x), y).backward()

    assert codes(train(step)) == ["TLN109"]


def test_one_of_two_optimizers_never_steps() -> None:
    torch.manual_seed(0)
    first, second = Net(), Net()
    optimizers = [torch.optim.SGD(net.parameters(), lr=0.05) for net in (first, second)]

    def program():
        for _ in range(25):
            x, y = batch()
            for net, optimizer in zip((first, second), optimizers):
                optimizer.zero_grad()
                F.cross_entropy(net(x), y).backward()
            optimizers[0].step()

    [finding] = watch(program, first, second)
    assert (finding.code, finding.module) == ("TLN109", "Net2")


def test_learning_rate_that_stays_zero() -> None:
    model = Net()
    [finding] = train(healthy_step, model=model, optimizer=torch.optim.SGD(model.parameters(), lr=0.0))
    assert finding.code == "TLN108"


def test_weights_that_are_written_back() -> None:
    model = Net()
    saved = copy.deepcopy(model.state_dict())

    def step(model, optimizer, x, y):
        healthy_step(model, optimizer, x, y)
        model.load_state_dict(saved)

    [finding] = train(step, model=model)
    assert (finding.code, finding.severity) == ("TLN108", "error")


def test_update_by_hand_is_a_step() -> None:
    def step(model, optimizer, x, y):
        F.cross_entropy(model(x), y).backward()
        with torch.no_grad():
            for parameter in model.parameters():
                parameter -= 0.01 * parameter.grad
                parameter.grad = None

    assert train(step) == []
