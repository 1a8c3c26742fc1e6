"""What the guard adds to a step, counted in operations and calls: they are the same on every machine, times are not."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import nn
from torch.utils._python_dispatch import TorchDispatchMode

import torchlint
from torchlint.runtime.norms import REST, TURNS

from .counting import python_calls

#: after so many steps all opening checks are over
WARM = 70
#: to clip to
LIMIT = 0.01
#: Python functions that a steady step may call more than without the guard: 21, and some more where the compiler was
#: loaded before, which tells the guard of its calls
LIMIT_OF_CALLS = 30


class Operations(TorchDispatchMode):
    def __init__(self) -> None:
        super().__init__()
        self.counts: Counter[str] = Counter()

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        self.counts[func.overloadpacket.__name__] += 1
        return func(*args, **(kwargs or {}))


class Training:
    def __init__(self, layers: int, clips: bool = False) -> None:
        self.clips = clips
        torch.manual_seed(0)
        hidden = [part for _ in range(layers) for part in (nn.Linear(8, 8), nn.ReLU())]
        self.model = nn.Sequential(*hidden, nn.Linear(8, 3))
        self.optimizer = torch.optim.SGD(self.model.parameters(), 0.01, momentum=0.9)

    def step(self) -> None:
        inputs, targets = torch.randn(16, 8), torch.randint(3, (16,))
        self.optimizer.zero_grad()
        F.cross_entropy(self.model(inputs), targets).backward()
        if self.clips:
            nn.utils.clip_grad_norm_(self.model.parameters(), LIMIT)
        self.optimizer.step()

    def operations(self) -> Counter[str]:
        with Operations() as operations:
            self.step()
        return operations.counts


def added_operations(protect: bool) -> list[Counter[str]]:
    """Those of each of the next steps, all of them steady ones."""
    training = Training(layers=10)
    for _ in range(WARM):
        training.step()
    plain = training.operations()
    with torchlint.guard(training.model, protect=protect):
        for _ in range(WARM):
            training.step()
        guarded = [training.operations() for _ in range(REST)]
    assert not any(plain - operations for operations in guarded)
    return [operations - plain for operations in guarded]


def test_a_steady_step_adds_no_operation_but_reading_the_loss_and_in_turns_one_fused_test_of_gradients() -> None:
    others = 2 * 11 - 1
    looked_at = 1 + others // TURNS
    steps = added_operations(protect=False)
    assert steps.count(Counter({"_local_scalar_dense": 1})) == REST - 1
    assert steps.count(Counter({"_foreach_norm": 1, "_local_scalar_dense": looked_at + 1})) == 1


def test_under_protect_each_step_has_one_fused_test_of_all_gradients() -> None:
    for operations in added_operations(protect=True):
        assert operations == Counter({"_foreach_norm": 1, "_local_scalar_dense": 2 * 11 + 1})


def test_where_gradients_are_clipped_their_norm_is_known_already() -> None:
    training = Training(layers=10, clips=True)
    with torchlint.guard(training.model) as guard:
        for _ in range(WARM):
            training.step()
        # not a dispatch mode: under one, no operation in place raises a version
        with torch.autograd.profiler.profile() as profile:
            training.step()
        assert guard._session is not None
        norms = [record.gradient_norm for record in guard._session.recorder.newest()]
    assert {event.key: event.count for event in profile.key_averages()}["aten::_foreach_norm"] == 1
    # as it was before clipping
    assert min(norms) > LIMIT


def test_a_norm_of_clipping_is_not_trusted_after_the_gradients_were_written_to() -> None:
    training = Training(layers=1, clips=True)
    step = training.optimizer.step
    weight = next(training.model.parameters())

    def poisoned() -> None:
        weight.grad[0, 0] = float("nan")
        step()

    with pytest.raises(torchlint.GuardError, match="TLN503"), torchlint.guard(training.model):
        for _ in range(3):
            training.step()
        training.optimizer.step = poisoned
        training.step()
    assert weight.isfinite().all()


def test_the_calls_of_a_steady_step_are_few_and_do_not_grow_with_the_model() -> None:
    added = []
    for layers in (5, 50):
        training = Training(layers)
        for _ in range(WARM):
            training.step()
        plain = python_calls(training.step)
        with torchlint.guard(training.model):
            for _ in range(WARM):
                training.step()
            added.append(python_calls(training.step) - plain)
    assert added[0] == added[1]
    # some of these ask whether the compiler is tracing, so that it sees nothing of the guard
    assert added[0] <= LIMIT_OF_CALLS
