"""A training is bitwise the same with and without the guard, and a healthy one has no finding."""

from __future__ import annotations

import warnings
from contextlib import nullcontext
from typing import Any

import pytest
import torch

import torchlint
from guard.workloads import WORKLOADS


def same(one: Any, other: Any) -> bool:
    """Equal to the bit, through lists."""
    if isinstance(one, torch.Tensor):
        return one.dtype == other.dtype and torch.equal(one, other)
    if isinstance(one, list):
        return len(one) == len(other) and all(same(a, b) for a, b in zip(one, other))
    return one == other


def fail(finding: Any) -> None:
    pytest.fail(str(finding))


@pytest.mark.parametrize("name", sorted(WORKLOADS))
def test_same_to_the_bit_and_silent(name: str) -> None:
    torch.manual_seed(1)
    plain = WORKLOADS[name](lambda *models: nullcontext())
    after_plain = torch.get_rng_state()
    torch.manual_seed(1)
    with warnings.catch_warnings():
        # an internal error of the guard is a warning, too
        warnings.filterwarnings("error", message="torchlint")
        guarded = WORKLOADS[name](lambda *models: torchlint.guard(*models, action=fail))
    assert same(plain, guarded)
    assert torch.equal(torch.get_rng_state(), after_plain)
