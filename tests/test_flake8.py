"""The plugin in the real flake8, in processes of its own."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from conftest import BUGGY, BUGGY_PLACE, CLEAN, Command, Result, notebook

RULES = Path(__file__).parent / "rules"


def places(result: Result) -> list[tuple[str, int, int, str]]:
    """File, row, column and code of each line of flake8's output."""
    found = re.findall(r"^(?:\./)?(.+?):(\d+):(\d+): (\w+) ", result.out, re.MULTILINE)
    return [(name, int(row), int(column), code) for name, row, column, code in found]


def test_it_is_installed(flake8: Command) -> None:
    assert "torchlint" in flake8("--version").out


def test_files(flake8: Command, tmp_path: Path) -> None:
    (tmp_path / "buggy.py").write_text(BUGGY)
    (tmp_path / "clean.py").write_text(CLEAN)
    result = flake8("--select", "TLN", ".")
    assert result.code == 1
    assert places(result) == [("buggy.py", *BUGGY_PLACE)]
    # it is on without being asked for
    assert ("buggy.py", *BUGGY_PLACE) in places(flake8("buggy.py"))
    assert flake8("--select", "TLN", "clean.py").code == 0


def test_stdin(flake8: Command) -> None:
    assert places(flake8("--select", "TLN", "-", stdin=BUGGY)) == [("stdin", *BUGGY_PLACE)]
    named = flake8("--select", "TLN", "--stdin-display-name", "src/train.py", "-", stdin=BUGGY)
    assert places(named) == [("src/train.py", *BUGGY_PLACE)]


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (["--select", "TLN2"], 1),
        (["--select", "TLN201"], 1),
        (["--select", "TLN101"], 0),
        (["--ignore", "TLN2,E,W"], 0),
        (["--extend-ignore", "TLN201"], 0),
        (["--select", "TLN2", "--extend-ignore", "TLN"], 1),
        (["--per-file-ignores", "buggy.py:TLN201", "--select", "TLN"], 0),
        (["--per-file-ignores", "other.py:TLN201", "--select", "TLN"], 1),
    ],
)
def test_selection(flake8: Command, tmp_path: Path, options: list[str], code: int) -> None:
    (tmp_path / "buggy.py").write_text(BUGGY)
    assert flake8(*options, "buggy.py").code == code


def test_settings_from_a_file(flake8: Command, tmp_path: Path) -> None:
    (tmp_path / "buggy.py").write_text(BUGGY)
    settings = tmp_path / ".flake8"
    settings.write_text("[flake8]\nselect = TLN\n")
    assert flake8().code == 1
    settings.write_text("[flake8]\nselect = TLN\nper-file-ignores =\n    buggy.py: TLN201\n")
    assert flake8().code == 0


def test_noqa(flake8: Command, tmp_path: Path) -> None:
    file = tmp_path / "buggy.py"
    for comment, code in [("# noqa", 0), ("# noqa: TLN201", 0), ("# noqa: TLN101", 1)]:
        file.write_text(BUGGY.replace("dim=1)", f"dim=1)  {comment}"))
        assert flake8("--select", "TLN", "buggy.py").code == code, comment
    file.write_text("# torchlint: noqa\n" + BUGGY)
    assert flake8("--select", "TLN", "buggy.py").code == 0
    assert flake8("--select", "TLN", "--disable-noqa", "buggy.py").code == 1


def test_syntax_errors_are_flake8s(flake8: Command, tmp_path: Path) -> None:
    (tmp_path / "broken.py").write_text("import torch\nloss.backward(\n")
    assert [code for *_, code in places(flake8("--select", "TLN,E9", "broken.py"))] in (["E999"], ["E902"])


def test_a_notebook_is_left_alone(flake8: Command, tmp_path: Path) -> None:
    (tmp_path / "book.ipynb").write_text(notebook(BUGGY))
    assert flake8("--select", "TLN", "book.ipynb").code == 0


def test_the_same_as_the_command(flake8: Command, torchlint: Command) -> None:
    """Same files, rows, columns and codes as the command, with one process and with two."""
    told = torchlint("check", ".", "--output-format", "json", cwd=RULES / "TLN201").json
    expected = [
        (item["filename"], item["location"]["row"], item["location"]["column"], item["code"])
        for item in told
        if item["filename"].endswith(".py")
    ]
    assert len(expected) > 10
    for jobs in ("1", "2"):
        found = flake8("--isolated", "--select", "TLN", "-j", jobs, ".", cwd=RULES / "TLN201")
        assert sorted(places(found)) == sorted(expected)
