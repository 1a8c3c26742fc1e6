"""Trainings that happen inside of the closure of an optimizer's step, as Lightning's do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import nn
from torch.nn import functional as F

import torchlint
from guard.programs import Net, batch, codes
from guard.workloads import SignDescent
from torchlint import GuardError
from torchlint.runtime.guard import Guard

Loss = Callable[[nn.Module, torch.Tensor, torch.Tensor], torch.Tensor]


class Probing(SignDescent):
    """Looks where a step would lead before it takes one."""

    def step(self, closure: Any) -> Any:
        with torch.enable_grad():
            loss = closure()
            gradients = [parameter.grad.clone() for group in self.param_groups for parameter in group["params"]]
            closure()
        for group in self.param_groups:
            for parameter, gradient in zip(group["params"], gradients):
                parameter.grad.copy_(gradient)
        super().step()
        return loss


def healthy(model: nn.Module, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    return F.cross_entropy(model(x), y)


def run(
    loss_of: Loss = healthy,
    kind: Callable[..., torch.optim.Optimizer] = torch.optim.SGD,
    steps: int = 10,
    clears: bool = True,
    model: nn.Module | None = None,
    **options: Any,
) -> Guard:
    model = model or Net()
    optimizer = kind(model.parameters(), lr=0.01)

    def closure() -> torch.Tensor:
        if clears:
            optimizer.zero_grad()
        loss = loss_of(model, *batch())
        loss.backward()
        return loss

    with torchlint.guard(model, **{"action": "record", **options}) as guard:
        for _ in range(steps):
            optimizer.step(closure)
    return guard


def test_a_closure_is_seen_as_a_loop_is() -> None:
    guard = run()
    assert not guard.findings
    assert [sample.step for sample in guard.samples] == [0, 1, 2, 4, 8]
    layer = guard.samples[1].layers[0]
    assert layer.gradient_norm and layer.update_ratio and layer.activation_std


def test_nan_is_told_before_the_weights_are_poisoned() -> None:
    model, rounds = Net(), iter(range(10))

    def loss_of(model: nn.Module, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        return healthy(model, x, y) * (float("nan") if next(rounds) == 4 else 1.0)

    with pytest.raises(GuardError) as caught:
        run(loss_of, model=model, action="raise")
    assert (caught.value.code, caught.value.step) == ("TLN503", 4)
    assert all(parameter.isfinite().all() for parameter in model.parameters())
    assert "the last steps:" in str(caught.value)


def test_gradients_that_are_never_cleared() -> None:
    assert codes(run(clears=False).findings) == ["TLN101"]


def test_a_search_may_try_what_is_not_finite() -> None:
    SignDescent(Net().parameters(), lr=0.01)
    rounds = iter(range(100))

    def loss_of(model: nn.Module, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        # each second call, as that of a step that went too far
        return healthy(model, x, y) * (float("inf") if next(rounds) % 2 else 1.0)

    assert not run(loss_of, Probing).findings


def test_an_optimizer_that_takes_no_notice_of_its_closure() -> None:
    class Deaf(torch.optim.Optimizer):
        @torch.no_grad()
        def step(self, closure: Any) -> None:
            for parameter in self.param_groups[0]["params"]:
                parameter.sub_(0.05 * parameter.grad)

    model = Net()
    optimizer = Deaf(model.parameters(), {})
    with torchlint.guard(model, action="record") as guard:
        for _ in range(5):
            optimizer.zero_grad()
            healthy(model, *batch()).backward()
            optimizer.step(lambda: None)
    assert not guard.findings and not guard.samples


class Derived(SignDescent):
    """Calls the step of its base class, of which torch tells as well once an object of that was made."""

    def step(self, closure: Any = None) -> Any:
        return super().step(closure)


def test_the_step_of_a_base_class_is_no_step_of_its_own() -> None:
    SignDescent(Net().parameters(), lr=0.01)
    model = Net()
    optimizer = Derived(model.parameters(), lr=0.01)
    with torchlint.guard(model, action="record") as guard:
        for _ in range(10):
            healthy(model, *batch()).backward()
            optimizer.step()
    assert codes(guard.findings) == ["TLN101"]
    assert guard._session is None or guard._session.step == 10
    assert [sample.step for sample in guard.samples] == [0, 1, 2, 4, 8]
