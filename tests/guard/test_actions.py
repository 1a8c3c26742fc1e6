"""What happens with a finding: raise, warn, record, or what the user's function does."""

from __future__ import annotations

import json
import warnings

import pytest
import torch
from torch import nn
from torch.nn import functional as F

import torchlint

from .programs import Net, batch, codes, healthy_step, train


def bug(model, optimizer, x, y):
    F.cross_entropy(model(x), y).backward()
    optimizer.step()


class Stop(Exception):
    pass


def test_error_raises_where_it_shows() -> None:
    with pytest.raises(torchlint.GuardError) as caught:
        train(bug, action="raise")
    error = caught.value
    assert (error.code, error.step, error.module) == ("TLN101", 3, None)
    assert error.evidence["steps_without_clearing"] == 3
    assert error.finding.name == "missing-zero-grad"
    assert "TLN101 [missing-zero-grad] error at step 3" in str(error)
    assert error.finding.url in str(error)


def test_warning_is_warned_of_at_the_line_of_the_user() -> None:
    with pytest.warns(torchlint.GuardWarning, match="TLN302") as caught:
        train(healthy_step, model=Net().eval(), action="raise")
    assert caught[0].filename.endswith("programs.py")


def test_warn_warns_of_errors_too() -> None:
    with pytest.warns(torchlint.GuardWarning, match="TLN101"):
        assert codes(train(bug, action="warn")) == ["TLN101"]


def test_warnings_that_are_errors_reach_the_user() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error", torchlint.GuardWarning)
        with pytest.raises(torchlint.GuardWarning):
            train(healthy_step, model=Net().eval())
            train(healthy_step, model=Net().eval(), action="warn")


def test_own_action() -> None:
    seen = []
    train(bug, action=seen.append)
    assert codes(seen) == ["TLN101"]


def test_own_action_that_raises_ends_the_training() -> None:
    def stop(finding):
        raise Stop(finding.code)

    with pytest.raises(Stop, match="TLN101"):
        train(bug, action=stop)


def test_select_and_ignore() -> None:
    assert train(bug, ignore=["TLN101"]) == []
    assert train(bug, select="TLN2,TLN503") == []
    assert codes(train(bug, select=["TLN1"])) == ["TLN101"]


def test_report(tmp_path) -> None:
    train(bug, report=tmp_path / "run.jsonl")
    rows = [json.loads(line) for line in (tmp_path / "run.jsonl").read_text().splitlines()]
    first = next(row for row in rows if row["kind"] == "step")
    assert first["loss"] > 0 and first["gradient_norm"] > 0 and first["learning_rate"] == 0.05
    assert [row["code"] for row in rows if row["kind"] == "finding"] == ["TLN101"]


def test_report_of_a_run_with_nan_is_json(tmp_path) -> None:
    def step(model, optimizer, x, y):
        healthy_step(model, optimizer, x * float("nan"), y)

    train(step, report=tmp_path / "run.jsonl")

    def refuse(word):
        raise AssertionError(word)

    for line in (tmp_path / "run.jsonl").read_text().splitlines():
        json.loads(line, parse_constant=refuse)


def test_summary() -> None:
    model = Net()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
    with torchlint.guard(model, action="record") as guard:
        for _ in range(6):
            bug(model, optimizer, *batch())
    assert guard.summary().startswith("   1  TLN101  missing-zero-grad\n\nTLN101 [missing-zero-grad]")


def test_models_are_found_when_they_are_not_given() -> None:
    class Broken(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.inner, self.calls = nn.Linear(6, 4), 0

        def forward(self, x):
            self.calls += 1
            return torch.log(self.inner(x)) if self.calls > 4 else self.inner(x)

    torch.manual_seed(0)
    first, second = Net(), Broken()
    optimizers = [torch.optim.SGD(net.parameters(), lr=0.05) for net in (first, second)]
    with torchlint.guard(action="record") as guard:
        for _ in range(8):
            for model, optimizer in zip((first, second), optimizers):
                healthy_step(model, optimizer, *batch())
    [finding] = guard.findings
    assert finding.code == "TLN503"
    assert "'log'" in finding.message
