"""The examples of the guard, run as people run them; the linter has nothing to say about them."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import Command

EXAMPLES = Path(__file__).parent.parent.parent / "examples"

#: what the guard finds in each, and by which step
GUARDED = {
    "guard/healthy.py": None,
    "guard/nan_in_attention.py": ("TLN503", 25),
    "guard/uint8_counter.py": ("TLN501", 5),
    "guard/bad_initial_loss.py": ("TLN204", 0),
    "guard/replaced_head.py": ("TLN108", 5),
}

#: programs that don't know of the guard
UNAWARE = {
    "missing_zero_grad.py": ("TLN101", 5),
    "zero_grad_before_step.py": ("TLN102", 5),
    "softmax_into_cross_entropy.py": ("TLN201", 0),
    "sigmoid_into_bce_with_logits.py": ("TLN202", 0),
    "probabilities_into_nll.py": ("TLN203", 0),
    "softmax_into_cross_entropy_fixed.py": None,
    "probabilities_into_nll_fixed.py": None,
}


def findings(text: str) -> list[tuple[str, int]]:
    return [(code, int(step)) for code, step in re.findall(r"^(TLN\d+) \[.*?\] \w+ at step (\d+):", text, re.MULTILINE)]


@pytest.mark.parametrize("name", GUARDED)
def test_guarded_example(name: str) -> None:
    command = [sys.executable, name]
    done = subprocess.run(command, cwd=EXAMPLES, capture_output=True, text=True, timeout=300, check=False)
    judge(findings(done.stderr), GUARDED[name])
    # an error stops the program, a warning does not
    assert done.returncode == int("GuardError" in done.stderr)


@pytest.mark.parametrize("name", UNAWARE)
def test_unaware_example(torchlint: Command, name: str) -> None:
    result = torchlint("run", name, cwd=EXAMPLES)
    judge(findings(result.err), UNAWARE[name])
    assert result.code == (UNAWARE[name] is not None)


def judge(found: list[tuple[str, int]], expected: tuple[str, int] | None) -> None:
    assert [code for code, _ in found] == ([] if expected is None else [expected[0]])
    if expected is not None:
        assert found[0][1] <= expected[1]


def test_every_example_of_the_guard_is_tested() -> None:
    assert {f"guard/{path.name}" for path in (EXAMPLES / "guard").glob("*.py")} == set(GUARDED)
