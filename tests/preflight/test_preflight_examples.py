"""The example of the preflight, run as people run it; the linter has nothing to say about it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from conftest import Command

EXAMPLES = Path(__file__).parent.parent.parent / "examples" / "preflight"


@pytest.mark.parametrize(("function", "failed"), [("setup", ["batch-mixing"]), ("fixed", [])])
def test_example(torchlint: Command, function: str, failed: list[str]) -> None:
    quick = "labels,initial-loss,gradients,batch-mixing,eval-determinism"
    result = torchlint("preflight", f"lstm.py:{function}", "--json", "--checks", quick, cwd=EXAMPLES)
    outcomes = json.loads(result.out)["outcomes"]
    assert [outcome["check"] for outcome in outcomes if outcome["status"] != "passed"] == failed
    assert result.code == bool(failed)


def test_the_linter_is_silent(torchlint: Command) -> None:
    assert torchlint("check", ".", cwd=EXAMPLES).code == 0
