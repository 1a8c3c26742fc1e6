"""TLN501 to TLN503: numbers that wrap, saturate, or stop being numbers."""

from __future__ import annotations

import pytest
import torch
from torch import nn
from torch.nn import functional as F

import torchlint

from .programs import Net, batch, codes, healthy_step, train, watch


def counting(count, before: int = 0):
    """The findings of a training that calls `count(outputs, targets)` in each round."""

    def step(model, optimizer, x, y):
        optimizer.zero_grad()
        out = model(x)
        F.cross_entropy(out, y).backward()
        optimizer.step()
        count(out, y)

    return train(step)


def test_counter_in_uint8() -> None:
    correct = torch.zeros((), dtype=torch.uint8)

    def count(out, y):
        nonlocal correct
        correct += (out.argmax(1) == y).sum()

    [finding] = counting(count)
    assert (finding.code, finding.severity) == ("TLN501", "error")
    assert finding.step <= 5


def test_counter_in_half_precision_of_an_evaluation_after_training() -> None:
    torch.manual_seed(0)
    model = Net()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05)

    def program():
        for _ in range(10):
            healthy_step(model, optimizer, *batch())
        model.eval()
        correct = torch.zeros((), dtype=torch.float16)
        with torch.no_grad():
            for _ in range(6):
                x, y = batch()
                correct += (model(x).argmax(1) == y).sum()

    assert codes(watch(program, model)) == ["TLN501"]


@pytest.mark.parametrize(
    "count",
    [
        lambda bins, y: bins.index_add_(0, y, torch.ones_like(y, dtype=torch.uint8)),
        lambda bins, y: bins.scatter_add_(0, y, torch.ones_like(y, dtype=torch.uint8)),
        lambda bins, y: bins.index_put_((y,), torch.ones_like(y, dtype=torch.uint8), accumulate=True),
    ],
)
def test_histogram_in_uint8(count) -> None:
    bins = torch.zeros(4, dtype=torch.uint8)
    assert codes(counting(lambda out, y: count(bins, y))) == ["TLN501"]


@pytest.mark.parametrize(
    "count",
    [
        lambda out, y: torch.ones(300, dtype=torch.uint8).sum(dtype=torch.uint8),
        lambda out, y: torch.ones(300, dtype=torch.uint8).cumsum(0, dtype=torch.uint8),
        lambda out, y: torch.full((2, 300), 1, dtype=torch.uint8) @ torch.full((300, 2), 1, dtype=torch.uint8),
        lambda out, y: sum(torch.full((4,), 100, dtype=torch.uint8)),
        lambda out, y: torch.ones(1001, dtype=torch.bool).sum(dtype=torch.bfloat16),
    ],
)
def test_sums_that_wrap(count) -> None:
    assert codes(counting(count)) == ["TLN501"]


@pytest.mark.parametrize(
    "count",
    [
        lambda out, y: torch.full((10,), 20, dtype=torch.uint8) - 30,
        lambda out, y: (torch.full((10,), 20, dtype=torch.uint8) - torch.full((10,), 30, dtype=torch.uint8)).float(),
        lambda out, y: torch.full((10,), 200, dtype=torch.uint8) * 2,
        lambda out, y: torch.full((10,), 200, dtype=torch.uint8) ** 2,
        lambda out, y: -torch.full((10,), 200, dtype=torch.uint8),
        lambda out, y: torch.full((10,), 200, dtype=torch.uint8).add_(60),
        lambda out, y: torch.full((10,), 20, dtype=torch.uint8).sub_(30),
        lambda out, y: torch.tensor([5, 3], dtype=torch.uint8).diff(dim=0),
    ],
)
def test_arithmetic_that_wraps(count) -> None:
    assert codes(counting(count)) == ["TLN502"]


@pytest.mark.parametrize(
    "count",
    [
        lambda out, y: (out.argmax(1) == y).sum(),
        lambda out, y: torch.full((300,), 200, dtype=torch.uint8).sum(),
        lambda out, y: torch.full((10,), 200, dtype=torch.uint8) / 255,
        lambda out, y: torch.full((10,), 200, dtype=torch.uint8).float() - 255,
        lambda out, y: 1 - torch.ones(10, dtype=torch.uint8),
        lambda out, y: torch.full((10,), 200, dtype=torch.uint8).add_(55),
        lambda out, y: torch.full((10,), 20, dtype=torch.uint8).sub_(20),
        lambda out, y: torch.ones(10, dtype=torch.uint8) * torch.ones(10, dtype=torch.uint8),
    ],
)
def test_arithmetic_that_does_not_wrap(count) -> None:
    assert counting(count) == []


@pytest.mark.parametrize(("decay", "expected"), [(0.9999, ["TLN501"]), (0.9, [])])
def test_moving_average_in_bfloat16(decay: float, expected: list[str]) -> None:
    average = torch.ones(16, dtype=torch.bfloat16)
    assert codes(counting(lambda out, y: average.mul_(decay).add_(1.0, alpha=1 - decay))) == expected


# --------------------------------------------------------------------------- TLN503


class Faulty(nn.Module):
    """Goes wrong in its `middle` from some call on."""

    def __init__(self, fault, calls: int = 4) -> None:
        super().__init__()
        self.first, self.middle, self.head = nn.Linear(6, 16), Middle(fault, calls), nn.Linear(16, 4)

    def forward(self, x):
        return self.head(self.middle(self.first(x)))


class Middle(nn.Module):
    def __init__(self, fault, calls: int) -> None:
        super().__init__()
        self.fault, self.calls = fault, calls
        self.layer = nn.Linear(16, 16)

    def forward(self, x):
        self.calls -= 1
        x = self.layer(x)
        return self.fault(x) if self.calls < 0 else x


@pytest.mark.parametrize(
    ("fault", "operation"),
    [
        (torch.log, "log"),
        (torch.sqrt, "sqrt"),
        (lambda x: torch.exp(x * 1e4), "exp"),
        (lambda x: x / (x - x), "div"),
        (lambda x: x.masked_fill(x > -100, float("-inf")).softmax(1), "softmax"),
        (lambda x: (x * 1e5).half().float(), "half"),
    ],
)
def test_nan_is_traced_to_its_module(fault, operation: str) -> None:
    [finding] = train(healthy_step, model=Faulty(fault))
    assert (finding.code, finding.severity, finding.module) == ("TLN503", "error", "middle")
    assert finding.step == 4
    assert operation in finding.evidence["operation"]
    assert "gradient norm" in finding.history


@pytest.mark.parametrize(
    "fault",
    [
        lambda x: torch.where(x > 0, torch.sqrt(x * (x > 0)), x),
        lambda x: x + torch.sqrt((x * 0).pow(2).sum()),
    ],
)
def test_nan_of_the_backward_pass_is_traced_to_its_module(fault) -> None:
    [finding] = train(healthy_step, model=Faulty(fault))
    assert (finding.code, finding.module) == ("TLN503", "middle")
    assert "backward" in finding.message


def test_poisoned_step_is_not_taken() -> None:
    model = Faulty(torch.log)
    with pytest.raises(torchlint.GuardError) as caught:
        train(healthy_step, model=model, action="raise")
    assert caught.value.code == "TLN503"
    assert caught.value.module == "middle"
    assert all(bool(parameter.isfinite().all()) for parameter in model.parameters())


def test_nan_in_the_input() -> None:
    def step(model, optimizer, x, y):
        x[0, 0] = float("nan")
        healthy_step(model, optimizer, x, y)

    [finding] = train(step)
    assert (finding.code, finding.step) == ("TLN503", 0)
    assert "input 0" in finding.message


def test_nan_in_a_parameter() -> None:
    model = Net()
    with torch.no_grad():
        model.head.bias[1] = float("nan")
    [finding] = train(healthy_step, model=model)
    assert (finding.code, finding.module) == ("TLN503", "head.bias")


def test_nan_in_the_loss() -> None:
    def step(model, optimizer, x, y):
        optimizer.zero_grad()
        out = model(x)
        (F.cross_entropy(out, y) + torch.log((out * 0).sum())).backward()
        optimizer.step()

    [finding] = train(step)
    assert finding.code == "TLN503"
    assert "computation of the loss; it began in 'log'" in finding.message


def test_squares_and_zeros_in_a_loss_are_not_to_blame() -> None:
    def step(model, optimizer, x, y):
        optimizer.zero_grad()
        out = model(x)
        squares = ((out - 1.0) ** 2).mean() + (out.relu() / out.abs().sum()).sum()
        (squares + torch.log(out.detach().sum() * 0 + (out * 0).sum())).backward()
        optimizer.step()

    [finding] = train(step)
    assert finding.evidence["operation"] == "Log"


def test_model_that_was_not_seen_is_not_called_healthy() -> None:
    model = Faulty(torch.log, calls=0)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
    with torchlint.guard(action="record") as guard:
        healthy_step(model, optimizer, *batch())
    [finding] = guard.findings
    assert "outputs are finite" not in finding.message


def test_attention_mask_of_minus_infinity_is_silent() -> None:
    class Masked(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layer, self.mask = nn.Linear(6, 4), Mask()

        def forward(self, x):
            return self.mask(self.layer(x)).softmax(1) @ torch.eye(4)

    class Mask(nn.Module):
        def forward(self, x):
            return x.masked_fill(torch.tensor([False, False, False, True]), float("-inf"))

    def step(model, optimizer, x, y):
        optimizer.zero_grad()
        F.mse_loss(model(x), F.one_hot(y, 4).float()).backward()
        optimizer.step()

    assert train(step, model=Masked()) == []


def test_finite_gradients_whose_squares_overflow_are_silent() -> None:
    def step(model, optimizer, x, y):
        optimizer.zero_grad()
        (F.cross_entropy(model(x), y) * 1e30).backward()
        torch.nn.utils.clip_grad_value_(model.parameters(), 1e-3)
        for parameter in model.parameters():
            parameter.grad.mul_(1e25)
        optimizer.step()

    model = Net()
    optimizer = torch.optim.SGD(model.parameters(), lr=1e-25)
    assert "TLN503" not in codes(train(step, model=model, optimizer=optimizer))


def test_steps_that_a_scaler_skips_are_silent() -> None:
    scaler = torch.amp.GradScaler("cpu", init_scale=2.0**127)

    def step(model, optimizer, x, y):
        optimizer.zero_grad()
        scaler.scale(F.cross_entropy(model(x), y) * 1e3).backward()
        scaler.step(optimizer)
        scaler.update()

    # the loss is that large so that the first scales overflow, and so are the steps
    assert train(step, steps=20, ignore=["TLN506"]) == []
    assert scaler.get_scale() < 2.0**127


def test_loss_that_stays_nan_under_a_scaler() -> None:
    scaler = torch.amp.GradScaler("cpu")

    def step(model, optimizer, x, y):
        optimizer.zero_grad()
        scaler.scale(F.cross_entropy(model(x), y)).backward()
        scaler.step(optimizer)
        scaler.update()

    [finding] = train(step, model=Faulty(torch.log))
    assert (finding.code, finding.module) == ("TLN503", "middle")


def test_running_variance_that_overflowed() -> None:
    model = Net()

    def step(model, optimizer, x, y):
        healthy_step(model, optimizer, x, y)
        model.body[1].running_var[0] = float("nan")

    [finding] = train(step, model=model, every=4)
    assert (finding.code, finding.module) == ("TLN503", "body.1.running_var")
