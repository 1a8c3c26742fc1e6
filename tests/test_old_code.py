"""Living with old code: --add-noqa, baselines, comments that silence nothing."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest
from conftest import BUGGY, CLEAN, Command, notebook

from torchlint.add_noqa import with_noqa
from torchlint.findings import Finding, Location
from torchlint.source import source_from_text
from torchlint.suppression import read_suppressions

NOQA = "  # noqa: TLN201"

LINE = "    probabilities = torch.softmax(model(x), dim=1)\n"


def variant(line: str) -> str:
    """The buggy program with the softmax written in another way."""
    assert LINE in BUGGY
    return BUGGY.replace(LINE, line)


# ------------------------------------------------------------- --add-noqa

#: how the line of the finding is written, and how it looks after
PLACES = [
    (LINE, LINE.rstrip() + NOQA + "\n"),
    (LINE.rstrip() + "   \n", LINE.rstrip() + NOQA + "   \n"),
    (LINE.rstrip() + "  # why\n", LINE.rstrip() + "  # why" + NOQA + "\n"),
    (LINE.rstrip() + "  # type: ignore\n", LINE.rstrip() + "  # type: ignore" + NOQA + "\n"),
    (LINE.rstrip() + "  # noqa: E501\n", LINE.rstrip() + "  # noqa: E501, TLN201\n"),
    (LINE.rstrip() + "  # noqa:E501,W291 long\n", LINE.rstrip() + "  # noqa:E501,W291, TLN201 long\n"),
    (
        "    probabilities = torch.softmax(\n        model(x),\n        dim=1,\n    )\n",
        f"    probabilities = torch.softmax({NOQA}\n        model(x),\n        dim=1,\n    )\n",
    ),
    (
        "    probabilities = \\\n        torch.softmax(model(x), \\\n        dim=1)\n",
        f"    probabilities = \\\n        torch.softmax(model(x), \\\n        dim=1){NOQA}\n",
    ),
    (
        "    probabilities = torch.softmax(model(x), dim=1); text = '''\n# noqa\nend'''\n",
        f"    probabilities = torch.softmax(model(x), dim=1); text = '''\n# noqa\nend'''{NOQA}\n",
    ),
    (
        "    text, probabilities = '''\n''', torch.softmax(model(x), dim=1)\n",
        f"    text, probabilities = '''\n''', torch.softmax(model(x), dim=1){NOQA}\n",
    ),
    (
        '    probabilities = torch.softmax(model(x), dim=1); text = f"""{\nx}\n"""\n',
        f'    probabilities = torch.softmax(model(x), dim=1); text = f"""{{\nx}}\n"""{NOQA}\n',
    ),
]


@pytest.mark.parametrize(("before", "after"), PLACES, ids=range(len(PLACES)))
def test_where_the_comment_goes(torchlint: Command, tmp_path: Path, before: str, after: str) -> None:
    (tmp_path / "buggy.py").write_text(variant(before))
    result = torchlint("check", "--add-noqa")
    assert (result.code, result.out, result.err) == (0, "Silenced 1 problem in 1 file.\n", "")
    assert (tmp_path / "buggy.py").read_text() == variant(after)
    assert torchlint("check").code == 0
    assert torchlint("check", "--add-noqa").out == "Silenced 0 problems in 0 files.\n"
    assert (tmp_path / "buggy.py").read_text() == variant(after)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("prefix", [b"", b"\xef\xbb\xbf", b"# coding: latin-1\n# caf\xe9\n", b"# \x0c form feed\n"])
def test_the_rest_of_the_file_stays(torchlint: Command, tmp_path: Path, end: str, prefix: bytes) -> None:
    if end == "\r" and b"coding" in prefix:
        pytest.skip("the standard library looks for the cookie in lines that end in a newline")
    file = tmp_path / "buggy.py"
    text = BUGGY.rstrip("\n").replace("\n", end).encode()
    file.write_bytes(prefix.replace(b"\n", end.encode()) + text)
    file.chmod(0o750)
    before = file.read_bytes()
    assert torchlint("check", "--add-noqa").code == 0
    line = LINE.strip().encode()
    assert file.read_bytes() == before.replace(line, line + NOQA.encode())
    assert stat.S_IMODE(file.stat().st_mode) == 0o750


def test_several_in_one_file(torchlint: Command, tmp_path: Path) -> None:
    (tmp_path / "buggy.py").write_text(BUGGY + BUGGY)
    (tmp_path / "clean.py").write_text(CLEAN)
    (tmp_path / "link.py").symlink_to("buggy.py")
    (tmp_path / "broken.py").write_text("import torch\nx = (\n")
    result = torchlint("check", "--add-noqa", "buggy.py", "clean.py", "broken.py")
    assert (result.code, result.out) == (1, "Silenced 2 problems in 1 file.\n")
    assert result.err.startswith("not silenced: broken.py:2:")
    assert (tmp_path / "buggy.py").read_text().count(NOQA) == 2
    assert (tmp_path / "link.py").is_symlink()
    assert (tmp_path / "clean.py").read_text() == CLEAN


@pytest.mark.parametrize("indent", [None, 1, 2])
@pytest.mark.parametrize("joined", [False, True])
def test_notebooks_keep_the_rest(torchlint: Command, tmp_path: Path, indent: int | None, joined: bool) -> None:
    book = json.loads(notebook("%pip install torch\nimport torch", variant(LINE.rstrip() + '  # "\\ \U0001f600\n')))
    book["cells"][0]["outputs"] = [{"output_type": "stream", "text": ["probabilities = torch.softmax # noqa\n"]}]
    book["cells"].insert(0, {"cell_type": "markdown", "source": [LINE], "metadata": {"a": [1.50, -0, None, True]}})
    if joined:
        book["cells"][2]["source"] = "".join(book["cells"][2]["source"])
    for ascii_only in (True, False):
        before = json.dumps(book, indent=indent, ensure_ascii=ascii_only).replace("1.5", "1.50") + "\n\n"
        (tmp_path / "book.ipynb").write_text(before, encoding="utf-8")
        assert torchlint("check", "--add-noqa").out == "Silenced 1 problem in 1 file.\n"
        after = (tmp_path / "book.ipynb").read_text(encoding="utf-8")
        assert len(after) == len(before) + len(NOQA)
        at = after.index(NOQA, before.rindex("softmax"))
        assert after[:at] + after[at + len(NOQA) :] == before
        assert torchlint("check").code == 0


FIXTURES = sorted(path for path in (Path(__file__).parent / "rules").rglob("*") if path.suffix in (".py", ".ipynb"))


@pytest.mark.parametrize("part", range(8))
def test_on_any_row(part: int) -> None:
    """Wherever a finding may be: its row is silenced, and what is inserted is all that changes."""
    for file in FIXTURES[part::8]:
        source = source_from_text(file.read_bytes(), file.name, file)
        rows = [row for row, line in enumerate(source.lines, 1) if line.strip() and not line.strip().startswith("#")]
        findings = []
        for row in rows:
            cell, row = source.place(row)
            findings.append(Finding("TLN9999", "name", "message", Location(file.name, row, 1, row, 2, cell)))
        data = with_noqa(source, findings)
        assert data.replace(b"  # noqa: TLN9999", b"").replace(b", TLN9999", b"") == source.data
        after = source_from_text(data, file.name, file)
        suppressions = read_suppressions(after)
        commands = [finding for finding in findings if not suppressions.covers(finding, after)]
        lines = {
            after.lines[after.row(place.cell, place.row) - 1] for place in (command.location for command in commands)
        }
        assert all(source.cells and (line.strip() == "pass" or "get_ipython()" in line) for line in lines)


def test_only_what_the_baseline_lacks(torchlint: Command, tmp_path: Path) -> None:
    (tmp_path / "old.py").write_text(BUGGY)
    torchlint("check", "--write-baseline", "baseline.json")
    (tmp_path / "new.py").write_text(BUGGY)
    assert torchlint("check", "--baseline", "baseline.json", "--add-noqa").code == 0
    assert NOQA not in (tmp_path / "old.py").read_text()
    assert NOQA in (tmp_path / "new.py").read_text()


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everything")
def test_a_file_that_may_not_be_written(torchlint: Command, tmp_path: Path) -> None:
    for name in ("a.py", "b.py"):
        (tmp_path / name).write_text(BUGGY)
    (tmp_path / "a.py").chmod(0o444)
    result = torchlint("check", "--add-noqa")
    assert result.code == 2
    assert result.err.startswith("Error: a.py: cannot be written: Permission denied\n")
    assert (tmp_path / "a.py").read_text() == BUGGY
    assert NOQA in (tmp_path / "b.py").read_text()


def test_a_full_disk_loses_nothing(tmp_path: Path) -> None:
    import subprocess
    import sys

    (tmp_path / "buggy.py").write_text(BUGGY)
    program = """if True:
        import resource, signal, sys
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (64, 64))
        from torchlint.__main__ import main
        sys.argv = ["torchlint", "check", "--no-cache", *sys.argv[1:]]
        main()
    """
    for options in (["--add-noqa"], ["--write-baseline", "baseline.json"]):
        command = [sys.executable, "-c", program, *options]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 2
        assert "cannot be written: File too large" in done.stderr
        assert [path.name for path in tmp_path.iterdir()] == ["buggy.py"]
    assert (tmp_path / "buggy.py").read_text() == BUGGY


# -------------------------------------------------------------- baselines


def test_a_baseline(torchlint: Command, tmp_path: Path) -> None:
    (tmp_path / "part").mkdir()
    (tmp_path / "part" / "buggy.py").write_text(BUGGY)
    (tmp_path / "book.ipynb").write_text(notebook(BUGGY))
    result = torchlint("check", "--write-baseline", "baseline.json")
    assert (result.code, result.out) == (0, "Wrote 2 problems to baseline.json\n")
    entries = json.loads((tmp_path / "baseline.json").read_text())["findings"]
    assert entries[1] == {"file": "part/buggy.py", "code": "TLN201", "line": LINE.strip(), "count": 1}
    known = ["check", "--baseline", tmp_path / "baseline.json"]
    assert torchlint(*known).code == 0
    assert torchlint(*known, cwd=tmp_path / "part").code == 0
    # lines move, cells too
    (tmp_path / "part" / "buggy.py").write_text("# new\n\n" + BUGGY.replace("    ", "\t"))
    (tmp_path / "book.ipynb").write_text(notebook("import os", "\n" + BUGGY))
    assert torchlint(*known).code == 0
    # one more of the same kind is new
    (tmp_path / "part" / "buggy.py").write_text(BUGGY + BUGGY)
    result = torchlint(*known, "--output-format", "json")
    assert result.code == 1
    assert [item["filename"] for item in result.json] == ["part/buggy.py"]
    (tmp_path / "part" / "other.py").write_text(BUGGY)
    assert len(torchlint(*known, "--output-format", "json").json) == 2
    assert torchlint(*known, "--write-baseline", "b.json").code == 2


def test_a_baseline_and_standard_input(torchlint: Command, tmp_path: Path) -> None:
    (tmp_path / "buggy.py").write_text(BUGGY)
    torchlint("check", "--write-baseline", "baseline.json")
    options = ["check", "--stdin-filename", "buggy.py", "--baseline", "baseline.json"]
    assert torchlint(*options, stdin="\n\n" + BUGGY).code == 0
    assert torchlint(*options, stdin=BUGGY + BUGGY).code == 1


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (None, "cannot be read: No such file or directory"),
        (b"", "this is no baseline"),
        (b"{", "this is no baseline"),
        (b"\xff\xfe\0", "this is no baseline"),
        (b"[]", "this is no baseline"),
        (b"[" * 100_000, "this is no baseline"),
        (b'{"torchlint-baseline": 1, "findings": [3]}', "this is no baseline"),
        (b'{"torchlint-baseline": 1}', "this is no baseline"),
        (b'{"torchlint-baseline": 2, "findings": []}', "another version"),
    ],
)
def test_what_is_no_baseline(torchlint: Command, tmp_path: Path, data: bytes | None, message: str) -> None:
    (tmp_path / "buggy.py").write_text(BUGGY)
    if data is not None:
        (tmp_path / "baseline.json").write_bytes(data)
    result = torchlint("check", "--baseline", "baseline.json")
    assert (result.code, result.out, len(result.err.splitlines())) == (2, "", 1)
    assert result.err.startswith("Error: baseline.json: ")
    assert message in result.err


# ----------------------------------------------------------- unused noqa


@pytest.mark.parametrize(
    ("comment", "message"),
    [
        ("  # noqa: TLN201", "TLN201 silences nothing here"),
        ("  # noqa: E501, TLN201", "TLN201 silences nothing here"),
        ("  # noqa: TLN2", "TLN2 silences nothing here"),
        ("  # noqa: TLN999", "no rule has the code TLN999"),
        ("  # noqa: TLN201, TLN101", "TLN201, TLN101 silences nothing here"),
        ("  # noqa", None),
        ("  # noqa: E501", None),
        # a rule that only the guard finds
        ("  # noqa: TLN503", None),
    ],
)
def test_unused_noqa(torchlint: Command, tmp_path: Path, comment: str, message: str | None) -> None:
    (tmp_path / "clean.py").write_text(CLEAN.replace("loss.backward()", "loss.backward()" + comment))
    assert torchlint("check").code == 0
    result = torchlint("check", "--report-unused-noqa", "--output-format", "json")
    if message is None:
        assert result.json == []
        return
    (finding,) = result.json
    assert (finding["code"], finding["name"]) == ("TLN001", "unused-noqa")
    assert message in finding["message"]
    assert finding["location"] == {"row": 12, "column": len("    loss.backward()") + 3}
    assert finding["end_location"]["column"] == finding["location"]["column"] + len(comment.strip())
    assert torchlint("check", "--report-unused-noqa", "--ignore", "TLN1,TLN2").code == (1 if "999" in comment else 0)


def test_used_noqa(torchlint: Command, tmp_path: Path) -> None:
    check = ["check", "--report-unused-noqa"]
    file = tmp_path / "buggy.py"
    for line in (
        LINE.rstrip() + "  # noqa: TLN201\n",
        LINE.rstrip() + "  # noqa: E501, TLN2\n",
        "    probabilities = torch.softmax(\n        model(x),\n        dim=1,\n    )  # noqa: TLN201\n",
    ):
        file.write_text(variant(line))
        assert torchlint(*check).code == 0
    file.write_text("# torchlint: noqa: TLN201\n" + BUGGY)
    assert torchlint(*check).code == 0
    file.write_text("# torchlint: noqa\n" + CLEAN)
    result = torchlint(*check, "--output-format", "concise")
    assert result.out.startswith("buggy.py:1:1: TLN001 unused noqa: silences nothing here")
    # in a file that no rule looks at, and in a notebook
    file.write_text("x = 1  # noqa: TLN201\n")
    (tmp_path / "book.ipynb").write_text(notebook("import os", "x = 1\ny = 2  # noqa: TLN201"))
    result = torchlint(*check, "--output-format", "concise")
    assert [line.partition(" TLN")[0] for line in result.out.splitlines()] == [
        "book.ipynb:cell 2:2:8:",
        "buggy.py:1:8:",
    ]
    (tmp_path / "pyproject.toml").write_text('[tool.torchlint.per-file-ignores]\n"*" = ["TLN2"]\n')
    assert torchlint(*check).code == 0


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["-", "--add-noqa"], "--add-noqa needs files"),
        (["-", "--watch"], "--watch needs files"),
        (["--add-noqa", "--write-baseline", "b.json"], "only one of"),
        (["--watch", "--write-baseline", "b.json"], "only one of"),
        (
            ["--write-baseline", "no/where/b.json"],
            "Error: no/where/b.json: cannot be written: No such file or directory",
        ),
    ],
)
def test_what_does_not_go_together(torchlint: Command, tmp_path: Path, options: list[str], message: str) -> None:
    (tmp_path / "clean.py").write_text(CLEAN)
    result = torchlint("check", *options, stdin=CLEAN)
    assert (result.code, result.out) == (2, "")
    assert message in result.err
