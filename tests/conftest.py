from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

#: A program with one bug: row 11 of it, TLN201.
BUGGY = """\
import torch
from torch import nn

model = nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Linear(16, 4))
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)

for x, y in [(torch.randn(32, 8), torch.randint(0, 4, (32,)))] * 10:
    optimizer.zero_grad()
    probabilities = torch.softmax(model(x), dim=1)
    loss = criterion(probabilities, y)
    loss.backward()
    optimizer.step()
"""

#: Where `BUGGY` has its finding: row, column, code. The softmax is what is wrong.
BUGGY_PLACE = (10, 21, "TLN201")

#: The same program, right.
CLEAN = BUGGY.replace("torch.softmax(model(x), dim=1)", "model(x)")


@dataclass(frozen=True)
class Result:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def places(self) -> list[tuple[int, int, str]]:
        return [(item["location"]["row"], item["location"]["column"], item["code"]) for item in self.json]


Command = Callable[..., Result]


def run(arguments: Sequence[object], cwd: Path, stdin: str | bytes = b"", **environment: str) -> Result:
    """Run a command of this Python's own, as a process of its own."""
    done = subprocess.run(
        [sys.executable, *map(str, arguments)],
        cwd=cwd,
        input=stdin.encode() if isinstance(stdin, str) else stdin,
        capture_output=True,
        env={**os.environ, "COLUMNS": "120", **environment},
        timeout=120,
        check=False,
    )
    result = Result(done.returncode, done.stdout.decode(), done.stderr.decode())
    assert "Traceback" not in result.err, result.err
    assert "Traceback" not in result.out, result.out
    return result


@pytest.fixture
def torchlint(tmp_path: Path) -> Command:
    """Runs the command in the test's own folder."""

    def call(*arguments: object, stdin: str | bytes = b"", cwd: Path = tmp_path, **environment: str) -> Result:
        return run(["-m", "torchlint", *arguments], cwd, stdin, **environment)

    return call


@pytest.fixture
def flake8(tmp_path: Path) -> Command:
    """Runs the real flake8 in the test's own folder, isolated from the settings of this project."""

    def call(*arguments: object, stdin: str | bytes = b"", cwd: Path = tmp_path) -> Result:
        return run(["-m", "flake8", *arguments], cwd, stdin)

    return call


def notebook(*cells: str, **changes: Any) -> str:
    """A notebook of format 4 with these code cells."""
    book = {
        "cells": [
            {"cell_type": "code", "source": cell.splitlines(keepends=True), "metadata": {}, "outputs": []}
            for cell in cells
        ],
        "metadata": {"kernelspec": {"language": "python", "name": "python3"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps({**book, **changes})


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--whole", action="store_true", help="read every file of the standard library and of torch")
    parser.addoption("--write-diffs", action="store_true", help="write anew what fixes do to the fixtures")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not config.getoption("--whole"):
        skip = pytest.mark.skip(reason="minutes long; run with --whole")
        for item in items:
            if "whole" in item.keywords:
                item.add_marker(skip)


#: fixtures of the rules, some of them tests of software themselves
collect_ignore = ["rules"]
