"""A linter that is told which file changed finds what a new one finds; what answers stand on."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import pytest

from torchlint.config import Config
from torchlint.files import Target
from torchlint.linter import Linter

RULES = Path(__file__).parent / "rules"
PROJECTS = sorted(path for path in RULES.glob("*/*") if path.is_dir() and len(list(path.rglob("*.py"))) > 1)

#: Changes of one file after which all are looked at.
CHANGES = 8


def changed(text: str, chance: random.Random) -> str:
    """The text without what it imports, or without a few of its lines."""
    lines = text.splitlines(keepends=True)
    if chance.random() < 0.5:
        return "".join(line for line in lines if not line.startswith("from"))
    start = chance.randrange(len(lines) + 1)
    return "".join(lines[:start] + lines[start + chance.randint(0, 4) :])


@pytest.mark.parametrize("project", PROJECTS, ids=lambda path: f"{path.parent.name}-{path.name}")
def test_it_finds_what_a_new_one_finds(project: Path, tmp_path: Path) -> None:
    root = (tmp_path / "project").resolve()
    shutil.copytree(project, root)
    chance = random.Random(project.name)
    texts = {file: file.read_bytes().decode() for file in sorted(root.rglob("*.py"))}
    targets = [Target(str(file), str(file), root) for file in texts]
    # what imports nothing yet will, and what imports something will not
    now = {file: changed(text, chance) for file, text in texts.items()}

    def read(file: Path) -> bytes:
        return now[file].encode() if file in now else file.read_bytes()

    config = Config(root, select=("ALL",))
    linter = Linter(config, read)
    for _ in range(CHANGES):
        found = [finding for target in targets for finding in linter.lint_target(target)]
        new = Linter(config, read)
        assert found == [finding for target in targets for finding in new.lint_target(target)]
        file = chance.choice(list(texts))
        now[file] = texts[file] if now[file] != texts[file] else changed(texts[file], chance)
        linter.changed(file)


@pytest.mark.parametrize("project", PROJECTS, ids=lambda path: f"{path.parent.name}-{path.name}")
def test_what_is_known_already_is_stood_on_as_well(project: Path, tmp_path: Path) -> None:
    root = (tmp_path / "project").resolve()
    shutil.copytree(project, root)
    config = Config(root, select=("ALL",))
    targets = [Target(str(file), str(file), root) for file in sorted(root.rglob("*.py"))]
    for last in targets:
        alone = Linter(config).answer(last).reads
        linter = Linter(config)
        for target in targets:
            if target != last:
                linter.answer(target)
        after = linter.answer(last).reads
        if alone is not None:
            assert after is not None
            assert {**alone.files, **after.files} == after.files
            assert alone.imports.items() <= after.imports.items()
            assert alone.importers.keys() <= after.importers.keys()
