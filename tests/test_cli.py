"""The command, run as users run it: in processes of its own."""

from __future__ import annotations

import json
import os
import pty
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from conftest import BUGGY, BUGGY_PLACE, CLEAN, Command, notebook

import torchlint as package


def test_clean_and_buggy(torchlint: Command, tmp_path: Path) -> None:
    (tmp_path / "clean.py").write_text(CLEAN)
    result = torchlint("check")
    assert (result.code, result.out, result.err) == (0, "No silent bugs found.\n", "")
    (tmp_path / "buggy.py").write_text(BUGGY)
    result = torchlint("check")
    assert result.code == 1
    assert "Found 1 problem in 1 file." in result.out
    assert torchlint("check", "--exit-zero").code == 0
    assert torchlint("check", "clean.py").code == 0


def test_full(torchlint: Command, tmp_path: Path) -> None:
    (tmp_path / "buggy.py").write_text(BUGGY)
    out = torchlint("check").out
    first, line, underline, *_ = out.splitlines()
    assert first.startswith("buggy.py:10:21: TLN201 [softmax-into-cross-entropy] ")
    assert line == "    10 |     probabilities = torch.softmax(model(x), dim=1)"
    assert underline == "       |                     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^"
    assert "(buggy.py:11:12)" in out
    assert "(buggy.py:5:13)" in out
    assert "  = help: pass the raw logits" in out
    assert "/rules/TLN201" in out
    assert "\x1b" not in out


def test_full_in_other_lines(torchlint: Command, tmp_path: Path) -> None:
    """Tabs keep their width, long lines are cut, and control characters do not reach the terminal."""
    (tmp_path / "tabs.py").write_text(BUGGY.replace("    ", "\t"))
    out = torchlint("check", "tabs.py").out
    assert "    10 |     probabilities = torch.softmax" in out
    assert "       |                     ^^^^" in out
    long = BUGGY.replace("    probabilities = ", "    probabilities = " + "'\x1b[31m red'; y = y; z = " + "1 + " * 200)
    (tmp_path / "long.py").write_text(long.replace("1 + torch", "torch"))
    result = torchlint("check", "long.py")
    assert "\x1b" not in result.out
    assert max(map(len, result.out.splitlines())) < 300


def test_concise(torchlint: Command, tmp_path: Path) -> None:
    (tmp_path / "buggy.py").write_text(BUGGY)
    (tmp_path / "book.ipynb").write_text(notebook("%pylab\nimport torch", BUGGY))
    result = torchlint("check", "--output-format", "concise")
    assert result.code == 1
    cell, file = result.out.splitlines()
    assert cell.startswith("book.ipynb:cell 2:10:21: TLN201 softmax output goes into CrossEntropyLoss")
    assert file.startswith("buggy.py:10:21: TLN201 softmax output goes into CrossEntropyLoss")


def test_json(torchlint: Command, tmp_path: Path) -> None:
    (tmp_path / "book.ipynb").write_text(notebook("import torch", BUGGY))
    result = torchlint("check", "--output-format", "json")
    (finding,) = result.json
    assert list(finding) == [
        "code",
        "name",
        "message",
        "help",
        "filename",
        "cell",
        "location",
        "end_location",
        "fix",
        "url",
        "related",
    ]
    assert finding["code"] == "TLN201"
    assert finding["name"] == "softmax-into-cross-entropy"
    assert finding["filename"] == "book.ipynb"
    assert finding["cell"] == 2
    assert finding["location"] == {"row": 10, "column": 21}
    assert finding["end_location"] == {"row": 10, "column": 51}
    assert finding["fix"]["applicability"] == "unsafe"
    assert finding["url"].endswith("/TLN201")
    related = finding["related"][0]
    assert (related["filename"], related["cell"]) == ("book.ipynb", 2)
    assert related["message"]
    assert related["location"]["row"] in (5, 11)


def test_json_is_printed_even_when_empty(torchlint: Command, tmp_path: Path) -> None:
    assert torchlint("check", "--output-format", "json").json == []
    (tmp_path / "clean.py").write_text(CLEAN)
    result = torchlint("check", "--output-format", "json", "--no-cache")
    assert (result.code, result.json) == (0, [])


def test_statistics(torchlint: Command, tmp_path: Path) -> None:
    for number in range(3):
        (tmp_path / f"buggy{number}.py").write_text(BUGGY)
    (tmp_path / "broken.py").write_text("import torch\nx = (\n")
    result = torchlint("check", "--statistics")
    assert result.code == 1
    assert result.out == "3  TLN201  softmax-into-cross-entropy\n1  TLN000  unreadable-file\n"
    assert torchlint("check", "--statistics", "--output-format", "json").json[0] == {
        "code": "TLN201",
        "name": "softmax-into-cross-entropy",
        "count": 3,
    }


def test_selection(torchlint: Command, tmp_path: Path) -> None:
    (tmp_path / "buggy.py").write_text(BUGGY)
    for options, code in [
        (["--select", "TLN2"], 1),
        (["--select", "TLN101"], 0),
        (["--select", "TLN101", "--select", "TLN3,TLN201"], 1),
        (["--select", "TLN101", "--extend-select", "TLN201"], 1),
        (["--ignore", "TLN201"], 0),
        (["--ignore", "TLN2", "--select", "TLN201"], 1),
        (["--select", "ALL"], 1),
        (["--exclude", "bug*"], 0),
    ]:
        assert torchlint("check", *options).code == code, options


def test_pyproject(torchlint: Command, tmp_path: Path) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "buggy.py").write_text(BUGGY)
    settings = tmp_path / "pyproject.toml"
    settings.write_text("[tool.torchlint]\nexclude = ['b']\n")
    assert [item["filename"] for item in torchlint("check", "--output-format", "json").json] == ["a/buggy.py"]
    settings.write_text("[tool.torchlint.per-file-ignores]\n'a/*' = ['TLN2']\n")
    assert [item["filename"] for item in torchlint("check", "--output-format", "json").json] == ["b/buggy.py"]
    assert torchlint("check", "a").code == 0
    settings.write_text("[tool.torchlint]\nignore = ['TLN2']\n")
    assert torchlint("check").code == 0
    assert torchlint("check", "--select", "TLN201", "--ignore", "TLN1").code == 1
    assert torchlint("check", ".", cwd=tmp_path / "a").code == 0


def test_noqa(torchlint: Command, tmp_path: Path) -> None:
    file = tmp_path / "buggy.py"
    for comment, code in [("# noqa", 0), ("# noqa: TLN201", 0), ("# noqa: TLN101", 1)]:
        file.write_text(BUGGY.replace("dim=1)", f"dim=1)  {comment}"))
        assert torchlint("check").code == code, comment
    file.write_text("# torchlint: noqa\n" + BUGGY)
    assert torchlint("check").code == 0


def test_stdin(torchlint: Command, tmp_path: Path) -> None:
    json_out = ("--output-format", "json")
    result = torchlint("check", "-", *json_out, stdin=BUGGY)
    assert (result.code, result.places, result.json[0]["filename"]) == (1, [BUGGY_PLACE], "stdin")
    result = torchlint("check", "--stdin-filename", "src/train.py", *json_out, stdin=BUGGY)
    assert (result.places, result.json[0]["filename"]) == ([BUGGY_PLACE], "src/train.py")
    result = torchlint("check", "--stdin-filename", "a.ipynb", "-", *json_out, stdin=notebook("", BUGGY))
    assert (result.places, result.json[0]["cell"]) == ([BUGGY_PLACE], 2)
    assert "10 |     probabilities = torch.softmax" in torchlint("check", "-", stdin=BUGGY).out
    assert (
        "10 |     probabilities = torch.softmax"
        in torchlint("check", "--stdin-filename", "a.ipynb", stdin=notebook("", BUGGY)).out
    )
    assert torchlint("check", "-", stdin="").code == 0
    result = torchlint("check", "-", *json_out, stdin=b"\xff\xfe")
    assert (result.code, result.json[0]["code"]) == (1, "TLN000")


def test_stdin_sees_the_project_of_its_name(torchlint: Command, tmp_path: Path) -> None:
    (tmp_path / "net.py").write_text(
        "from torch import nn\n\n\nclass Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
        "        self.fc = nn.Linear(8, 4)\n\n    def forward(self, x):\n        return self.fc(x).softmax(dim=1)\n"
    )
    program = BUGGY.replace("model = nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Linear(16, 4))", "model = Net()")
    program = "from net import Net\n" + program.replace("torch.softmax(model(x), dim=1)", "model(x)")
    (tmp_path / "train.py").write_text("# what is on disk is older\n")
    result = torchlint("check", "--stdin-filename", "train.py", "-", "--output-format", "json", stdin=program)
    (finding,) = result.json
    assert finding["code"] == "TLN201"
    assert "net.py" in [finding["filename"], *(related["filename"] for related in finding["related"])]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["check", "absent.py"], "Error: absent.py: no such file or folder\n"),
        (["check", "--select", "TLN99"], "Error: --select: unknown rule code 'TLN99'"),
        (["check", "--output-format", "xml"], "Invalid value for '--output-format'"),
        (["check", "-j", "0"], "Invalid value for '-j'"),
        (["check", "--frobnicate"], "No such option"),
        (["check", "--exclude", "[z-a]"], "Error: --exclude: '[z-a]' is no pattern in the syntax of .gitignore\n"),
        (["check", "-", "a.py"], "standard input can't be linted together with files"),
        (["frobnicate"], "No such command 'frobnicate'"),
        (["rule", "TLN2011"], "Error: unknown rule 'TLN2011', did you mean 'TLN201'?\n"),
        (["rule", "mising-zero-grad"], "did you mean 'missing-zero-grad'?\n"),
        (["rule", "--all", "TLN201"], "not both"),
    ],
)
def test_exit_2(torchlint: Command, arguments: list[str], message: str) -> None:
    result = torchlint(*arguments)
    assert result.code == 2
    assert message in result.err
    assert result.out == ""


def test_bad_pyproject(torchlint: Command, tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.torchlint]\nselect = [\n")
    result = torchlint("check")
    assert result.code == 2
    assert len(result.err.splitlines()) == 1
    assert "pyproject.toml: invalid TOML" in result.err


def test_nothing_to_lint(torchlint: Command) -> None:
    result = torchlint("check")
    assert result.code == 0
    assert "no Python file or notebook" in result.err


def test_gitignore_that_can_not_be_read(torchlint: Command, tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text(BUGGY)
    (tmp_path / "left_out.py").write_text(BUGGY)
    (tmp_path / ".gitignore").write_text("[z-a].py\nleft_out.py\n")
    result = torchlint("check", "--output-format", "concise")
    assert result.code == 1
    assert result.err == ""
    assert "train.py" in result.out and "left_out.py" not in result.out


def test_rule_pages(torchlint: Command) -> None:
    page = torchlint("rule", "tln201")
    assert page.code == 0
    assert page.out.startswith("# softmax-into-cross-entropy (TLN201)\n")
    assert "## Why is this bad?" in page.out
    assert torchlint("rule", "softmax-into-cross-entropy").out == page.out
    listed = torchlint("rule").out
    assert "TLN201  softmax-into-cross-entropy    linter, guard, fix\n" in listed
    assert page.out in torchlint("rule", "--all").out
    assert torchlint("rule", "TLN201", "--output-format", "json").json["explanation"] in page.out
    every = torchlint("rule", "--all", "--output-format", "json").json
    assert [item["code"] for item in every] == [line.split()[0] for line in listed.splitlines()]


def test_rule_of_the_guard_can_not_be_selected(torchlint: Command, tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text(BUGGY)
    result = torchlint("check", "--select", "TLN503")
    assert result.code == 2
    assert "TLN503 is found in a running training" in result.err
    assert torchlint("check", "--ignore", "TLN503", "--output-format", "json").places == [BUGGY_PLACE]


def test_help_and_version(torchlint: Command) -> None:
    assert torchlint("--version").out == f"torchlint {package.__version__}\n"
    for option in ("-h", "--help"):
        assert "Examples:" in torchlint(option).out
        assert "torchlint check --select TLN2,TLN301" in torchlint("check", option).out
        assert "torchlint rule missing-zero-grad" in torchlint("rule", option).out


def test_the_installed_script() -> None:
    script = Path(sys.executable).with_name("torchlint")
    done = subprocess.run([script, "--version"], capture_output=True, text=True, check=True)
    assert done.stdout == f"torchlint {package.__version__}\n"


def test_same_findings_with_any_number_of_processes(torchlint: Command, tmp_path: Path) -> None:
    for number in range(30):
        folder = tmp_path / f"part{number % 3}"
        folder.mkdir(exist_ok=True)
        (folder / f"train{number}.py").write_text(BUGGY if number % 2 else CLEAN)
    results = [torchlint("check", "-j", jobs, "--output-format", "json") for jobs in (1, 2, 5)]
    assert len(results[0].json) == 15
    assert results[0] == results[1] == results[2]


def test_nothing_heavy_is_loaded_for_nothing(tmp_path: Path) -> None:
    """libcst is for fixes, the rules for files with a sign of arrays; torch is never imported."""
    (tmp_path / "plain.py").write_text("x = 1\n")
    (tmp_path / "clean.py").write_text(CLEAN)
    (tmp_path / "buggy.py").write_text(BUGGY)
    for arguments, absent in [
        (["--version"], {"libcst", "rich", "pathspec", "flake8", "torch"}),
        (["check", "plain.py", "--output-format", "concise"], {"libcst", "rich", "torch", "torchlint.rules"}),
        (["check", "clean.py", "--output-format", "concise"], {"libcst", "rich", "torch"}),
        (["check", "buggy.py"], {"torch", "numpy"}),
    ]:
        program = (
            "import sys\nfrom torchlint.__main__ import main\n"
            f"sys.argv = ['torchlint', *{arguments!r}]\n"
            "try:\n    main()\nexcept SystemExit:\n    pass\n"
            "print(*sys.modules, file=sys.stderr)\n"
        )
        done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True)
        assert not absent & set(done.stderr.split()), arguments


def test_the_users_code_never_runs_and_nothing_is_written(torchlint: Command, tmp_path: Path) -> None:
    trap = "from pathlib import Path\nPath('trapped').touch()\nimport helper, torch\n"
    (tmp_path / "train.py").write_text(trap + BUGGY)
    (tmp_path / "helper.py").write_text(trap)
    before = {path: path.stat().st_mtime_ns for path in sorted(tmp_path.rglob("*"))}
    assert torchlint("check", "--no-cache").code == 1
    assert {path: path.stat().st_mtime_ns for path in sorted(tmp_path.rglob("*"))} == before
    assert torchlint("check").code == 1
    assert {path.name for path in tmp_path.iterdir()} == {"train.py", "helper.py", ".torchlint_cache"}


@pytest.mark.parametrize("jobs", [1, 2])
def test_ctrl_c(tmp_path: Path, jobs: int) -> None:
    for number in range(400):
        (tmp_path / f"slow{number}.py").write_text(BUGGY * 30)
    command = [sys.executable, "-m", "torchlint", "check", "-j", str(jobs)]
    process = subprocess.Popen(
        command,
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        # a shell that runs the tests in the background has them ignore the signal, and children inherit that
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509
    )
    time.sleep(2)
    assert process.poll() is None, "it ended before it could be interrupted"
    for attempt in range(6):
        # Python drops an interrupt that meets a finalizer; people press the keys again
        process.send_signal(signal.SIGINT)
        try:
            out, err = process.communicate(timeout=20)
            break
        except subprocess.TimeoutExpired:
            if attempt == 5:
                raise
    assert (process.returncode, out, err) == (130, b"", b"")
    # nothing of its process group is left
    time.sleep(0.2)
    with pytest.raises(ProcessLookupError):
        os.killpg(process.pid, 0)


def test_a_reader_that_goes_away(tmp_path: Path) -> None:
    for number in range(300):
        (tmp_path / f"buggy{number}.py").write_text(BUGGY)
    command = f"{sys.executable} -m torchlint check | head -1"
    done = subprocess.run(["bash", "-c", command], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.stdout.startswith("buggy0.py:10:21: TLN201")
    assert done.stderr == ""


def in_terminal(arguments: list[str], cwd: Path, **environment: str) -> str:
    """What a command prints on a terminal."""
    primary, secondary = pty.openpty()
    environment = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "100", **environment}
    command = [sys.executable, "-m", "torchlint", *arguments]
    process = subprocess.Popen(command, cwd=cwd, stdout=secondary, stderr=secondary, env=environment)
    os.close(secondary)
    out = b""
    while select.select([primary], [], [], 60)[0]:
        try:
            piece = os.read(primary, 65536)
        except OSError:
            break
        if not piece:
            break
        out += piece
    process.wait(timeout=60)
    os.close(primary)
    return out.decode()


def test_colour_on_a_terminal(tmp_path: Path) -> None:
    (tmp_path / "buggy.py").write_text(BUGGY)
    assert "\x1b[1;31mTLN201\x1b[0m" in in_terminal(["check"], tmp_path)
    assert "\x1b[" not in in_terminal(["check"], tmp_path, NO_COLOR="1")
    page = in_terminal(["rule", "TLN201"], tmp_path)
    assert "Why is this bad?" in page
    assert "##" not in page


def test_progress_on_a_terminal(tmp_path: Path) -> None:
    for number in range(210):
        (tmp_path / f"plain{number}.py").write_text("x = 1\n")
    assert "Linting" in in_terminal(["check", "--statistics", "-j", "1"], tmp_path)


def test_file_names_of_all_kinds(torchlint: Command, tmp_path: Path) -> None:
    names = ["with space.py", "ünïcode.py", "new\nline.py"]
    for name in names:
        (tmp_path / name).write_text(BUGGY)
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/latin\xe9.py")).write_text(BUGGY)
    assert len(torchlint("check", "--output-format", "json").json) == 4
    for options in (["--output-format", "concise"], []):
        for environment in ({}, {"PYTHONIOENCODING": "ascii"}, {"LC_ALL": "C", "PYTHONUTF8": "0"}):
            assert torchlint("check", *options, **environment).code == 1
    json.loads(torchlint("check", "--output-format", "json", PYTHONIOENCODING="ascii").out)
