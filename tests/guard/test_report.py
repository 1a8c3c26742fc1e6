"""The log that a guarded run writes while it goes."""

from __future__ import annotations

import json
import math
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import nn

import torchlint
from torchlint.runtime import observers
from torchlint.runtime.observers import Observer
from torchlint.runtime.report.record import read_record

from .counting import python_calls


class Training:
    def __init__(self, clears: bool = True) -> None:
        torch.manual_seed(0)
        self.model = nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Linear(16, 3))
        self.optimizer = torch.optim.SGD(self.model.parameters(), 0.05)
        self.clears = clears

    def step(self) -> None:
        inputs, targets = torch.randn(16, 8), torch.randint(3, (16,))
        if self.clears:
            self.optimizer.zero_grad()
        F.cross_entropy(self.model(inputs), targets).backward()
        self.optimizer.step()


def rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_a_run_from_its_head_to_its_end(tmp_path: Path) -> None:
    training = Training()
    with torchlint.guard(training.model, report=tmp_path / "run.jsonl"):
        for _ in range(3):
            training.step()
    head, models, loss, *steps, end = (row for row in rows(tmp_path / "run.jsonl") if row["kind"] != "layers")
    assert (head["kind"], head["schema"], head["version"]) == ("run", "torchlint-run", 1)
    assert models == {"kind": "models", "models": {"Sequential": 8 * 16 + 16 + 16 * 3 + 3}}
    assert loss == {"kind": "loss", "name": "cross entropy", "guessing": math.log(3)}
    assert [row["step"] for row in steps] == [0, 1, 2]
    assert (end["kind"], end["steps"], end["error"]) == ("end", 3, None)


def test_models_that_the_guard_finds_are_told_of(tmp_path: Path) -> None:
    training = Training()
    with torchlint.guard(report=tmp_path / "run.jsonl", record=tmp_path / "experiments.csv"):
        training.step()
    assert [row["models"] for row in rows(tmp_path / "run.jsonl") if row["kind"] == "models"] == [{"Sequential": 195}]
    assert read_record(tmp_path / "experiments.csv")[0]["setup"] == "Sequential (195)"


@pytest.mark.parametrize(
    "loss",
    [
        lambda scores, targets: F.cross_entropy(scores, targets, reduction="sum"),
        lambda scores, targets: F.cross_entropy(scores, targets) / 4,
        lambda scores, targets: F.cross_entropy(scores, targets) + scores.square().mean(),
        lambda scores, targets: F.mse_loss(scores, F.one_hot(targets, 3).float()),
    ],
)
def test_where_it_is_not_known_what_guessing_costs_nothing_is_said(tmp_path: Path, loss: Any) -> None:
    training = Training()
    with torchlint.guard(training.model, report=tmp_path / "run.jsonl", action="record"):
        loss(training.model(torch.randn(16, 8)), torch.randint(3, (16,))).backward()
        training.optimizer.step()
    assert "loss" not in [row["kind"] for row in rows(tmp_path / "run.jsonl")]


def test_all_steps_are_there_also_those_that_the_recorder_has_forgotten(tmp_path: Path) -> None:
    training = Training()
    with torchlint.guard(training.model, report=tmp_path / "run.jsonl", history=5, every=7):
        for _ in range(230):
            training.step()
        # a killed run leaves what it had
        assert len(rows(tmp_path / "run.jsonl")) >= 200
    steps = [row["step"] for row in rows(tmp_path / "run.jsonl") if row["kind"] == "step"]
    assert steps == list(range(230))


def test_a_finding_stands_where_it_showed_and_the_end_names_what_ended_it(tmp_path: Path) -> None:
    training = Training(clears=False)
    with pytest.raises(torchlint.GuardError), torchlint.guard(training.model, report=tmp_path / "run.jsonl"):
        for _ in range(10):
            training.step()
    *before, finding, end = rows(tmp_path / "run.jsonl")
    sampled = next(row for row in before if row["kind"] == "layers")
    assert sampled["layers"]["0"]["gradient_norm"] > 0
    assert (finding["kind"], finding["code"]) == ("finding", "TLN101")
    assert max(row["step"] for row in before if row["kind"] == "step") <= finding["step"]
    assert end["error"] == "GuardError"


def test_slow_steps_do_not_wait_for_a_block(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(observers, "PATIENCE", 0.0)
    training = Training()
    with torchlint.guard(training.model, report=tmp_path / "run.jsonl"):
        training.step()
        assert "step" in [row["kind"] for row in rows(tmp_path / "run.jsonl")]


@pytest.fixture
def small_files() -> Iterator[None]:
    """No file may grow beyond a few thousand bytes, which looks like a disk that is full."""
    resource = pytest.importorskip("resource")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (16_000, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.usefixtures("small_files")
def test_a_disk_that_fills_warns_once_and_the_training_goes_on(tmp_path: Path) -> None:
    training = Training()
    with pytest.warns(UserWarning, match=r"run.jsonl is given up.*goes on without it: File too large") as warned:  # noqa: SIM117
        with torchlint.guard(training.model, report=tmp_path / "run.jsonl") as guard:
            for _ in range(350):
                training.step()
    assert len(warned) == 1
    assert not guard.findings
    assert rows_of_part(tmp_path / "run.jsonl")


def rows_of_part(path: Path) -> list[Any]:
    """What was whole before the disk was full."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n")[:-1]]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a disk that is always full")
def test_a_disk_that_is_full_at_the_start_is_told_at_the_start() -> None:
    with pytest.raises(ValueError, match=r"report: /dev/full can't be written: No space left on device"):
        torchlint.guard(nn.Linear(1, 1), report="/dev/full").start()


def test_an_observer_that_fails_is_given_up(tmp_path: Path) -> None:
    class Bad(Observer):
        told = 0

        def __str__(self) -> str:
            return "Bad"

        def steps(self, records: Any) -> None:
            self.told += 1
            raise ZeroDivisionError("nothing")

    bad, training = Bad(), Training()
    with pytest.warns(UserWarning, match=r"Bad is given up.*ZeroDivisionError: nothing") as warned:  # noqa: SIM117
        with torchlint.guard(training.model, observers=[bad], report=tmp_path / "run.jsonl"):
            for _ in range(250):
                training.step()
    assert bad.told == len(warned) == 1
    assert rows(tmp_path / "run.jsonl")[-1]["steps"] == 250


def test_an_observer_is_one() -> None:
    with pytest.raises(TypeError, match="observers: 'tensorboard' is no"):
        torchlint.guard(nn.Linear(1, 1), observers=["tensorboard"])


def test_a_steady_step_calls_one_function_more_than_without_a_report(tmp_path: Path) -> None:
    counts = []
    for report in (None, tmp_path / "run.jsonl"):
        training = Training()
        with torchlint.guard(training.model, report=report):
            for _ in range(115):
                training.step()
            counts.append(python_calls(training.step))
    assert counts[1] - counts[0] == 1


def test_the_numbers_are_the_same_with_and_without_a_report(tmp_path: Path) -> None:
    weights = []
    for report in (None, tmp_path / "run.jsonl"):
        training = Training()
        with warnings.catch_warnings(), torchlint.guard(training.model, report=report):
            for _ in range(120):
                training.step()
        weights.append([parameter.clone() for parameter in training.model.parameters()])
    assert all(map(torch.equal, *weights))


# ------------------------------------------------------------- the record of experiments


def test_each_run_adds_a_row_to_the_record(tmp_path: Path) -> None:
    file = tmp_path / "experiments.csv"
    for clears in (True, False):
        training = Training(clears)
        record = torchlint.Record(file, sub_project="spirals", question="does it learn?")
        with torchlint.guard(training.model, record=record, action="record"):
            for _ in range(6):
                training.step()
    good, bad = read_record(file)
    assert good["sub-project"] == bad["sub-project"] == "spirals"
    assert (good["status"], bad["status"]) == ("passed", "failed")
    assert (
        good["setup"] == "Sequential (195)" and good["values"] == "SGD, 0.05, 6" and good["skill"].startswith("loss ")
    )
    assert good["finding"] == "" and bad["finding"].startswith("TLN101 at step 3: ")


@pytest.mark.parametrize(("error", "status"), [(KeyboardInterrupt, "interrupted"), (ZeroDivisionError, "failed")])
def test_a_run_that_is_ended_is_recorded_too(tmp_path: Path, error: type[BaseException], status: str) -> None:
    with pytest.raises(error), torchlint.guard(nn.Linear(1, 1), record=tmp_path / "experiments.csv"):
        raise error
    [row] = read_record(tmp_path / "experiments.csv")
    assert (row["status"], row["finding"]) == (status, f"ended by {error.__name__}")


def test_a_preflight_adds_a_row_to_the_record(tmp_path: Path) -> None:
    file = tmp_path / "experiments.csv"
    batch = (torch.randn(16, 8), torch.arange(16) % 3)
    torchlint.preflight(Training().model, F.cross_entropy, batch, checks=["initial-loss", "labels"], record=file)
    [row] = read_record(file)
    assert (row["context"], row["status"], row["skill"]) == ("preflight", "passed", "2 of 2 passed")


def test_a_record_that_is_none_is_told_before_the_training(tmp_path: Path) -> None:
    (tmp_path / "data.csv").write_text("a,b\n1,2\n")
    with pytest.raises(ValueError, match="it is no record of experiments"):
        torchlint.guard(nn.Linear(1, 1), record=tmp_path / "data.csv")
