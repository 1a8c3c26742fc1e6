"""What is still seen, and when, after the opening steps: while all is calm, most checks rest."""

from __future__ import annotations

import math
import weakref
from collections.abc import Callable

import pytest
import torch
import torch.nn.functional as F
from torch import nn

import torchlint
from torchlint.runtime.norms import REST
from torchlint.runtime.pace import LOOK, OPENING

#: all is calm from here on, until the hundredth step
CALM = OPENING + LOOK


class BadDerivative(torch.autograd.Function):
    """Its value is fine, its derivative is not."""

    @staticmethod
    def forward(ctx: object, x: torch.Tensor) -> torch.Tensor:
        return x.clone()

    @staticmethod
    def backward(ctx: object, grad: torch.Tensor) -> torch.Tensor:  # type: ignore[override]
        return grad * math.nan


class Training:
    def __init__(self) -> None:
        torch.manual_seed(0)
        hidden = [part for _ in range(10) for part in (nn.Linear(8, 8), nn.ReLU())]
        self.model = nn.Sequential(*hidden, nn.Dropout(0.1), nn.Linear(8, 3))
        self.optimizer = torch.optim.SGD(self.model.parameters(), 0.01)
        self.clears = True

    def gradients(self) -> None:
        """Nothing is done to them."""

    def steps(self, number: int) -> None:
        for _ in range(number):
            if self.clears:
                self.optimizer.zero_grad()
            F.cross_entropy(self.model(torch.randn(16, 8)), torch.randint(3, (16,))).backward()
            self.gradients()
            self.optimizer.step()


def spoil(training: Training, number: int) -> Callable[[], None]:
    gradient = list(training.model.parameters())[number]

    def spoiled() -> None:
        assert gradient.grad is not None
        gradient.grad.view(-1)[0] = math.nan

    return spoiled


def test_nan_of_a_backward_pass_never_reaches_the_weights() -> None:
    training = Training()
    with pytest.raises(torchlint.GuardError, match="TLN503"), torchlint.guard(training.model):
        training.steps(CALM)
        layer = training.model[16]
        layer.register_forward_hook(lambda module, inputs, output: BadDerivative.apply(output))
        training.steps(1)
    assert all(bool(parameter.isfinite().all()) for parameter in training.model.parameters())


@pytest.mark.parametrize("number", range(3, 20, 4))
def test_nan_in_one_gradient_is_seen_in_its_turn_or_in_the_next_loss(number: int) -> None:
    training = Training()
    guard = torchlint.guard(training.model)
    with pytest.raises(torchlint.GuardError, match="TLN503"), guard:
        training.steps(CALM)
        training.gradients = spoil(training, number)  # type: ignore[method-assign]
        training.steps(2)
    assert guard.findings[0].step is not None
    assert guard.findings[0].step <= CALM + 1


@pytest.mark.parametrize("number", range(3, 20, 4))
def test_protect_looks_at_each_gradient_before_each_step(number: int) -> None:
    training = Training()
    with pytest.raises(torchlint.GuardError, match="TLN503"), torchlint.guard(training.model, protect=True):
        training.steps(CALM)
        training.gradients = spoil(training, number)  # type: ignore[method-assign]
        training.steps(1)
    assert all(bool(parameter.isfinite().all()) for parameter in training.model.parameters())


class SeldomBad(nn.Module):
    """NaN for one batch in fifty, as chance has it."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x * (math.nan if self.bad and torch.rand(()) < 0.02 else 1.0)

    bad = False


def test_a_model_that_draws_random_numbers_is_replayed_with_the_same_ones() -> None:
    training = Training()
    seldom = SeldomBad()
    training.model.insert(4, seldom)
    guard = torchlint.guard(training.model)
    with pytest.raises(torchlint.GuardError, match="TLN503"), guard:
        training.steps(CALM)
        seldom.bad = True
        training.steps(400)
    assert guard.findings[0].module == "4"


def test_scaled_losses_are_let_go_of_while_all_is_calm() -> None:
    training = Training()
    scaler = torch.amp.GradScaler("cpu")
    with torchlint.guard(training.model):
        training.steps(CALM)
        loss = training.model(torch.randn(16, 8)).sum()
        scaler.scale(loss)
        kept = weakref.ref(loss)
        del loss
        training.steps(1)
        assert kept() is None


def test_eval_mode_after_a_late_evaluation_is_seen_within_five_steps() -> None:
    training = Training()
    with torchlint.guard(training.model, action="record") as guard:
        training.steps(CALM)
        training.model.eval()
        with torch.no_grad():
            training.model(torch.randn(4, 8))
        training.steps(5)
    assert [finding.code for finding in guard.findings] == ["TLN302"]


def test_a_bug_that_comes_late_without_a_sign_is_seen_in_the_next_look() -> None:
    training = Training()
    with torchlint.guard(training.model, action="record", every=20) as guard:
        training.steps(CALM + 20)
        training.clears = False
        training.steps(20 + LOOK)
    assert [finding.code for finding in guard.findings] == ["TLN101"]


def test_the_recorder_knows_the_norm_of_all_gradients_in_every_step() -> None:
    training = Training()
    with torchlint.guard(training.model) as guard:
        training.steps(CALM + 2 * REST)
        assert guard._session is not None
        norms = [record.gradient_norm for record in guard._session.recorder.newest()][::-1]
    assert all(norm is not None and norm > 0 for norm in norms)
    assert max(norms[-REST:]) < 10 * max(norms[:-REST])  # type: ignore[type-var, operator]
