"""Fixes of every fixture in `tests/rules/`: `name.diff` beside a fixture is what `--fix --unsafe-fixes` does to it.

After fixing, each file can be read, what was fixed is gone, nothing new is found, and fixing again changes nothing.
`pytest --write-diffs` writes the patches anew; read them before they are committed.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from test_rules import FIXTURES, RULES

from torchlint.cli.fix import Fixer, diff
from torchlint.config import Config
from torchlint.files import find_targets
from torchlint.linter import Linter

WITH_FINDINGS = [path for path in FIXTURES if ".fixed" not in path.name and not path.name.endswith("_fixed")]


def patch_of(fixture: Path) -> Path:
    return fixture.parent / f"{fixture.name.removesuffix('.py').removesuffix('.ipynb')}.diff"


def found(folder: Path) -> list:
    config = Config(root=folder)
    linter = Linter(config)
    return [finding for target in find_targets([folder], config) for finding in linter.lint_target(target)]


@pytest.mark.parametrize("fixture", WITH_FINDINGS, ids=lambda path: str(path.relative_to(RULES)))
def test_fixes(
    fixture: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture,
    pytestconfig: pytest.Config,
) -> None:
    monkeypatch.chdir(tmp_path)
    if fixture.is_dir():
        shutil.copytree(fixture, tmp_path, dirs_exist_ok=True)
    else:
        shutil.copy(fixture, tmp_path)
    before = found(tmp_path)
    fixer = Fixer(Config(root=tmp_path), unsafe=True)
    targets = {target.shown: target for target in find_targets([tmp_path], fixer.config)}
    changes = fixer.preview(before, targets)
    patch = b"".join(map(diff, changes)).decode()
    if pytestconfig.getoption("--write-diffs"):
        patch_of(fixture).write_text(patch) if patch else patch_of(fixture).unlink(missing_ok=True)
    assert patch == (patch_of(fixture).read_text() if patch_of(fixture).exists() else "")
    told = capsys.readouterr().err
    assert told == ""
    fixed = [finding for change in changes for finding in change.fixed.fixed]
    assert len(fixed) <= len(before)
    for change in changes:
        change.file.write_bytes(change.after)
    after = found(tmp_path)
    assert len(after) <= len(before) - len(fixed)
    assert not Fixer(fixer.config, unsafe=True).preview(after, targets)


def test_no_patch_is_left_over() -> None:
    assert set(RULES.glob("TLN*/*.diff")) <= {patch_of(fixture) for fixture in WITH_FINDINGS}
