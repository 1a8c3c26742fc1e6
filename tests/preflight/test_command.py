"""`torchlint preflight`."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from conftest import Command

from torchlint.runtime.factory import FactoryError, load

PROGRAM = """\
import collections
import sys

import torch
from torch import nn

import neighbour

torch.manual_seed(0)


def healthy():
    x, y = torch.randn(64, 8), torch.arange(64) % 4
    return nn.Sequential(nn.Linear(8, 32), nn.ReLU(), nn.Linear(32, 4)), nn.CrossEntropyLoss(), (x, y)


def buggy():
    model, loss_fn, batch = healthy()
    model.append(nn.Softmax(1))
    return {"model": model, "loss_fn": loss_fn, "batch": batch, "optimizer": torch.optim.Adam(model.parameters())}


Setup = collections.namedtuple("Setup", "model loss_fn batch")


def named():
    return Setup(*healthy())


def raising():
    raise ValueError("no such data set")


def strange():
    return {"model": nn.Linear(1, 1), "loss": None}


def few():
    return {"model": nn.Linear(1, 1)}


def nothing():
    pass


def unfit():
    return nn.Linear(1, 1), nn.CrossEntropyLoss(), object()


number = 3
"""


@pytest.fixture(autouse=True)
def _program(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text(PROGRAM)
    (tmp_path / "neighbour.py").write_text("")
    (tmp_path / "ends.py").write_text("raise SystemExit(3)\n")
    (tmp_path / "broken.py").write_text("def f(:\n")


CHECKS = "initial-loss,loss-inputs"


def test_healthy(torchlint: Command) -> None:
    result = torchlint("preflight", "train.py:healthy", "--checks", CHECKS)
    assert result.code == 0
    assert "2 passed, 0 failed" in result.out
    assert result.err == ""


def test_buggy(torchlint: Command) -> None:
    result = torchlint("preflight", "train.py:buggy", "--checks", CHECKS)
    assert result.code == 1
    assert "TLN201" in result.out


def test_json(torchlint: Command) -> None:
    result = torchlint("preflight", "train.py:buggy", "--checks", "loss-inputs", "--checks", "TLN204", "--json")
    assert result.code == 1
    assert [outcome["status"] for outcome in json.loads(result.out)["outcomes"]] == ["passed", "failed"]


def test_a_named_tuple(torchlint: Command) -> None:
    assert torchlint("preflight", "train.py:named", "--checks", CHECKS, "--seed", "3", "--device", "cpu").code == 0


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ("train.py", "FILE:FUNCTION is wanted"),
        ("train.py:", "FILE:FUNCTION is wanted"),
        ("nowhere.py:setup", "there is no file nowhere.py"),
        ("train.py:nowhere", "there is no nowhere in it"),
        ("train.py:number", "number is a int, not a function"),
        ("train.py:raising", "ValueError: no such data set (train.py:31)"),
        ("train.py:strange", "it returned 'loss'"),
        ("train.py:few", "it did not return loss_fn, batch"),
        ("train.py:nothing", "it returned a NoneType"),
        ("broken.py:f", "SyntaxError"),
        ("ends.py:f", "if __name__ == '__main__'"),
    ],
)
def test_a_factory_that_can_not_be_used(
    target: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", ["", *sys.path])
    with pytest.raises(FactoryError) as error:
        load(target)
    assert message in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["train.py:raising"], "ValueError: no such data set (train.py:31)"),
        (["train.py:unfit"], "can't be handed to a model"),
        (["train.py:healthy", "--device", "nowhere"], "device: 'nowhere' can't be used"),
        (["train.py:healthy", "--checks", "overfit"], "there is no check 'overfit', did you mean"),
    ],
)
def test_bad_input(torchlint: Command, arguments: list[str], message: str) -> None:
    result = torchlint("preflight", *arguments)
    assert result.code == 2
    assert message in result.err
    assert len(result.err.splitlines()) == 1


def test_help(torchlint: Command) -> None:
    assert "train.py:setup" in torchlint("preflight", "--help").out
