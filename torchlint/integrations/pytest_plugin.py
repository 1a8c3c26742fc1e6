"""The pytest plugin: assertions about models as fixtures. Nothing is loaded before a test asks for one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest


@pytest.fixture
def assert_overfits() -> Callable[..., Any]:
    """A function of model, loss_fn and batch: fails unless a copy learns one sample and one batch by heart."""
    from torchlint.integrations import assertions

    return assertions.assert_overfits


@pytest.fixture
def assert_no_batch_mixing() -> Callable[..., Any]:
    """A function of model, loss_fn and batch: fails where an output depends on another sample."""
    from torchlint.integrations import assertions

    return assertions.assert_no_batch_mixing


@pytest.fixture
def assert_all_parameters_learn() -> Callable[..., Any]:
    """A function of model, loss_fn and batch: fails where a parameter gets no gradient, or no optimizer holds it."""
    from torchlint.integrations import assertions

    return assertions.assert_all_parameters_learn


@pytest.fixture
def assert_eval_is_deterministic() -> Callable[..., Any]:
    """A function of model, loss_fn and batch: fails where two calls in eval mode differ."""
    from torchlint.integrations import assertions

    return assertions.assert_eval_is_deterministic


@pytest.fixture
def assert_initial_loss() -> Callable[..., Any]:
    """A function of model, loss_fn and batch: fails where the first cross entropy is above that of guessing."""
    from torchlint.integrations import assertions

    return assertions.assert_initial_loss
