"""The guard's tests need torch: where it is not installed, this folder is not even collected."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator

import pytest

if importlib.util.find_spec("torch") is None:
    collect_ignore_glob = ["*"]


@pytest.fixture(autouse=True)
def _like_a_new_process() -> Iterator[None]:
    """Each test starts from the same random state, and leaves neither compiled code nor the guard's patches behind."""
    import torch

    from torchlint.runtime import doors
    from torchlint.runtime.operations import compilations

    torch.manual_seed(0)
    yield
    if compilations():
        torch._dynamo.reset()
    assert not doors._watchers, "a guard was left behind"
    assert not torch._C._len_torch_function_stack(), "a mode was left behind"
