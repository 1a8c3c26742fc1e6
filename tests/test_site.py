"""The sources of the site: nothing is missing, and the recipes for CI do what they say."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import xml.etree.ElementTree as xml
from pathlib import Path

import pytest
from conftest import Command

from torchlint.cli.check import command as check
from torchlint.findings import DOCS_URL, NO_RULES
from torchlint.rules import StaticRule, all_rules

PROJECT = Path(__file__).parent.parent

pytest.importorskip("website", reason="a copy of the tests alone")


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from website.__main__ import write

    folder = tmp_path_factory.mktemp("build")
    write(folder)
    return folder


def test_each_code_has_a_page_where_findings_say(build: Path) -> None:
    settings = (build / "zensical.toml").read_text()
    address = re.search(r'site_url = "(.*)/"', settings)[1]
    folder = build / "docs" / DOCS_URL.removeprefix(f"{address}/")
    for code in (*NO_RULES, *(rule.code for rule in all_rules())):
        text = (folder / f"{code}.md").read_text()
        assert re.match(rf"# [a-z0-9-]+ \({code}\)\n", text)
        assert f'"rules/{code}.md"' in settings


def test_the_table_tells_what_the_rules_are(build: Path) -> None:
    table = (build / "docs/rules/index.md").read_text()
    for rule in all_rules():
        (row,) = (line for line in table.splitlines() if line.startswith(f"| [{rule.code}]"))
        _, _, name, about, linter, guard, fix, _ = (cell.strip() for cell in re.split(r"(?<!\\)\|", row))
        assert name == rule.name
        assert about.endswith(".")
        assert linter == (("yes" if rule.default else "opt-in") if isinstance(rule, StaticRule) else "")
        assert bool(guard) == rule.guarded
        assert bool(fix) == rule.fixable


def test_each_check_of_a_running_training_has_a_page(build: Path) -> None:
    pytest.importorskip("torch")
    from torchlint.runtime import checks
    from torchlint.runtime.preflight import checks as preflight

    for found in checks.all_checks():
        assert "guard" in (build / "docs/rules" / f"{found.code}.md").read_text().splitlines()[2]
    for code in {found.code for found in preflight.all_checks()} - {None}:
        assert (build / "docs/rules" / f"{code}.md").is_file()


def test_no_page_is_lost(build: Path) -> None:
    settings = (build / "zensical.toml").read_text()
    for page in (build / "docs").rglob("*.md"):
        assert f'"{page.relative_to(build / "docs").as_posix()}"' in settings


def test_each_option_is_told_of(build: Path) -> None:
    from torchlint.config import _KEYS

    text = (PROJECT / "docs/configuration.md").read_text()
    commands = (build / "docs/commands.md").read_text()
    for option in (name for parameter in check.params for name in parameter.opts if name.startswith("-")):
        assert f"`{option}`" in text
        assert re.search(rf"\| `(-\w, )?{option}\b", commands) or option == "-j"
    for key in _KEYS:
        assert f"| `{key}` |" in text


def recipes() -> list[str]:
    """The commands of torchlint in the blocks of the page on CI."""
    blocks = re.findall(r"^```\w+\n(.*?)^```", (PROJECT / "docs/ci.md").read_text(), re.MULTILINE | re.DOTALL)
    return [line for block in blocks for line in re.findall(r"(?:\$ |run: |- )(torchlint check\b.*)", block)]


def test_the_page_has_recipes() -> None:
    found = " ".join(recipes())
    assert all(f"--output-format {name}" in found for name in ("sarif", "github", "gitlab", "junit"))


@pytest.mark.parametrize("recipe", recipes())
def test_a_recipe(torchlint: Command, tmp_path: Path, recipe: str) -> None:
    shutil.copytree(PROJECT / "examples", tmp_path / "examples")
    _, *arguments = shlex.split(recipe)
    result = torchlint(*arguments)
    assert result.err == ""
    assert result.code == (0 if "--exit-zero" in arguments else 1)
    if "--output-file" not in arguments:
        assert result.out.startswith("::error ")
        return
    text = (tmp_path / arguments[arguments.index("--output-file") + 1]).read_text()
    if "junit" in arguments:
        assert len(xml.fromstring(text).findall(".//failure")) > 10
    else:
        report = json.loads(text)
        assert len(report["runs"][0]["results"] if "sarif" in arguments else report) > 10


def test_pictures_are_there(build: Path) -> None:
    page = (build / "docs" / "report.md").read_text(encoding="utf-8")
    pictures = re.findall(r"!\[[^\]]*\]\(([^)]+)\)", page)
    assert pictures and all((build / "docs" / picture).is_file() for picture in pictures)
