"""Fixes of every fixture in `tests/rules/`: `name.diff` beside a fixture is what `--fix --unsafe-fixes` does to it.

After fixing, each file can be read, what was fixed is gone, nothing new is found, and fixing again changes nothing.
`pytest --write-diffs` writes the patches anew; read them before they are committed.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from test_rules import FIXTURES, RULES

from torchlint.cli.fix import Fixer, diff
from torchlint.config import Config
from torchlint.files import find_targets
from torchlint.findings import Edit, Location
from torchlint.linter import Linter
from torchlint.rewriting import replaced, with_edits
from torchlint.source import source_from_text

WITH_FINDINGS = [path for path in FIXTURES if ".fixed" not in path.name and not path.name.endswith("_fixed")]


def patch_of(fixture: Path) -> Path:
    return fixture.parent / f"{fixture.name.removesuffix('.py').removesuffix('.ipynb')}.diff"


def found(folder: Path, config: Config) -> list:
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
    # a rule that is off by default is on for its own fixtures
    config = Config(root=tmp_path, extend_select=(fixture.parent.name,))
    before = found(tmp_path, config)
    fixer = Fixer(config, unsafe=True)
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
    after = found(tmp_path, config)
    assert len(after) <= len(before) - len(fixed)
    assert not Fixer(fixer.config, unsafe=True).preview(after, targets)


def test_no_patch_is_left_over() -> None:
    assert set(RULES.glob("TLN*/*.diff")) <= {patch_of(fixture) for fixture in WITH_FINDINGS}


FILES = sorted(path for path in RULES.rglob("*") if path.suffix in (".py", ".ipynb"))


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_edits_of_any_row(end: str) -> None:
    """Insertions, replacements and removals, wherever they are: the text becomes what they say, and nothing else."""
    for file in FILES[:: 1 if end == "\n" else 5]:
        data = file.read_bytes()
        if file.suffix == ".py":
            data = data.replace(b"\n", end.encode())
        source = source_from_text(data, file.name, file)
        edits = []
        for row, line in enumerate(source.lines, 1):
            cell, place = source.place(row)
            known = source.cells[cell - 1] if source.cells and cell else None
            above = source.lines[row - 2] if row > 1 else ""
            if not line.strip() or any(n.strip() == "pass" or "get_ipython()" in n for n in (line, above)):
                continue  # commands to IPython may stand there
            if row % 4 == 0:
                edits.append(Edit(Location(file.name, place, 1, place, 1, cell), 'ü = "\\\\"\n'))
            elif row % 4 == 1:
                edits.append(
                    Edit(Location(file.name, place, len(line) + 1, place, len(line) + 1, cell), "\n# \U0001f600")
                )
            elif row % 4 == 2 and place > 1 and (known is None or place <= known.rows):
                before = len(source.lines[row - 2]) + 1
                edits.append(Edit(Location(file.name, place - 1, before, place, len(line) + 1, cell), ""))
            else:
                edits.append(Edit(Location(file.name, place, 1, place, len(line) + 1, cell), "x\n\ty"))
        after = source_from_text(with_edits(source, edits), file.name, file)
        spans = []
        for edit in edits:
            at = edit.location
            starts = [0, *(n + 1 for n, letter in enumerate(source.text) if letter == "\n")]
            first, last = source.row(at.cell, at.row), source.row(at.cell, at.end_row)
            spans.append((starts[first - 1] + at.column - 1, starts[last - 1] + at.end_column - 1, edit.content))
        assert after.text == replaced(source.text, spans), file
        if file.suffix == ".ipynb":
            assert without_code(after.data) == without_code(data)
        elif end == "\r\n":
            assert after.data.count(b"\r\n") == after.data.count(b"\n")


def without_code(data: bytes) -> dict:
    """A notebook without the code of its cells, which is a list of lines or one text."""
    book = json.loads(data)
    for cell in book["cells"]:
        if cell["cell_type"] == "code":
            code = cell["source"]
            assert isinstance(code, str) or all(line.endswith("\n") for line in code[:-1])
            cell["source"] = type(code).__name__
    return book
