"""What a long run keeps in memory does not grow with the number of files."""

from __future__ import annotations

import gc
from pathlib import Path

import pytest

from torchlint.config import Config
from torchlint.files import find_targets
from torchlint.linter import Linter
from torchlint.semantics import project
from torchlint.semantics.module import Module
from torchlint.workers import lint_targets

STEP = "import torch\n\n\ndef step(model, batch):\n    model.train()\n    model(batch).sum().backward()\n"
KEPT = 6


def test_dropped_modules_are_freed_though_python_hardly_ever_searches(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(project, "KEPT_MODULES", KEPT)
    for n in range(8 * KEPT):
        (tmp_path / f"step_{n}.py").write_text(STEP)
    linter = Linter(Config(root=tmp_path))
    gc.collect()
    gc.disable()
    try:
        for target in find_targets([tmp_path], Config(root=tmp_path)):
            linter.lint_target(target)
        alive = [thing for thing in gc.get_objects() if isinstance(thing, Module) and thing.folder == tmp_path]
    finally:
        gc.enable()
    assert KEPT <= len(alive) <= 2 * KEPT


def test_a_project_is_freed_when_the_next_one_takes_its_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("a", "b", "c", "d"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "setup.py").touch()
        for n in range(KEPT):
            (tmp_path / name / f"step_{n}.py").write_text(STEP)
    monkeypatch.chdir(tmp_path)
    linter = Linter(Config(root=tmp_path))
    files = sorted(tmp_path.glob("*/step_*.py"))
    gc.collect()
    gc.disable()
    try:
        for target in find_targets(files, Config(root=tmp_path)):
            linter.lint_target(target)
        alive = [thing for thing in gc.get_objects() if isinstance(thing, Module) and thing.folder.parent == tmp_path]
    finally:
        gc.enable()
    assert KEPT <= len(alive) <= 2 * KEPT


def test_a_linter_that_is_closed_leaves_nothing(tmp_path: Path) -> None:
    for n in range(KEPT):
        (tmp_path / f"step_{n}.py").write_text(STEP)
    config = Config(root=tmp_path)
    gc.collect()
    gc.disable()
    try:
        answers = list(lint_targets(find_targets([tmp_path], config), config, jobs=1))
        alive = [thing for thing in gc.get_objects() if isinstance(thing, Module) and thing.folder == tmp_path]
    finally:
        gc.enable()
    assert len(answers) == KEPT
    assert not alive
