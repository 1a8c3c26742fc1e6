"""Every fixture of `tests/rules/<CODE>/`, a file or a folder, is linted as a project of its own.

The expected findings stand in the fixtures: `# TLN101` (or `# TLN101 TLN301`) at the end of the row of the finding.
All default rules and the one that it is for run on each fixture, and the findings must be exactly the expected ones.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from torchlint.config import Config
from torchlint.files import find_targets
from torchlint.linter import Linter
from torchlint.rules import all_rules, static_rules
from torchlint.source import read_source

RULES = Path(__file__).parent / "rules"
EXPECTATION = re.compile(r"#((?:\s*\bTLN\d{3}\b)+)\s*$")

FIXTURES = sorted(path for path in RULES.glob("TLN*/*") if path.suffix in (".py", ".ipynb") or path.is_dir())

#: Rules with a fix: what it does to their fixtures stands beside these as a patch (see test_fixes.py).
FIXABLE = {path.parent.name for path in RULES.glob("TLN*/*.diff")}

Place = tuple[str, int | None, int, str]


def expected(folder: Path) -> set[Place]:
    """File, cell, row and code of each finding that the comments of a project announce."""
    places: set[Place] = set()
    for file in folder.rglob("*"):
        if file.suffix not in (".py", ".ipynb"):
            continue
        source = read_source(file)
        for row, line in enumerate(source.lines, start=1):
            match = EXPECTATION.search(line)
            if match:
                cell, cell_row = source.place(row)
                places |= {(file.name, cell, cell_row, code) for code in match[1].split()}
    return places


def found(folder: Path, code: str) -> set[Place]:
    config = Config(root=folder, extend_select=(code,))
    linter = Linter(config)
    findings = [finding for target in find_targets([folder], config) for finding in linter.lint_target(target)]
    return {
        (Path(finding.location.path).name, finding.location.cell, finding.location.row, finding.code)
        for finding in findings
    }


@pytest.mark.parametrize("fixture", FIXTURES, ids=lambda path: str(path.relative_to(RULES)))
def test_fixture(fixture: Path, tmp_path: Path) -> None:
    # a copy, so that no other fixture is part of the project
    if fixture.is_dir():
        shutil.copytree(fixture, tmp_path, dirs_exist_ok=True)
    else:
        shutil.copy(fixture, tmp_path)
    assert found(tmp_path, fixture.parent.name) == expected(tmp_path)


@pytest.mark.parametrize("rule", static_rules(), ids=lambda rule: rule.code)
def test_static_rule_has_fixtures_and_triggers(rule) -> None:
    names = [path.name for path in FIXTURES if path.parent.name == rule.code]
    assert names, f"no fixtures in tests/rules/{rule.code}"
    assert rule.triggers


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.code)
def test_rule_has_a_page(rule) -> None:
    headings = re.findall(r"^## (.+)$", rule.page(), re.MULTILINE)
    fix_safety = ["Fix safety"] * (rule.code in FIXABLE)
    assert headings == [
        *("What it does", "Why is this bad?", "Example", "Use instead"),
        *fix_safety,
        *("Known problems", "References"),
    ]
    assert re.fullmatch(r"TLN\d{3}", rule.code)
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", rule.name)
