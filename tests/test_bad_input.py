"""Whatever the input: a finding or one line that names the file, never a traceback, and the other files are linted."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from conftest import BUGGY, Command, notebook

from torchlint.config import Config
from torchlint.linter import lint
from torchlint.rules import Problem, Rule
from torchlint.semantics.project import Project
from torchlint.source import source_from_text

TORCH = b"import torch\nloss.backward()\noptimizer.step()\n"

#: name of the file, its bytes, row of the TLN000 finding (None: no finding), a word of its message
CASES = [
    ("syntax.py", TORCH + b"def f(:\n", 4, "syntax error"),
    ("python2.py", TORCH + b"print 'loss'\n", 4, "syntax error"),
    ("null.py", TORCH + b"x = '\0'\n", 4, "null byte"),
    ("encoding.py", b"# coding: klingon\n" + TORCH, 1, "unknown encoding: klingon"),
    ("bytes.py", TORCH + b"s = '\xe9'\n", 4, "utf-8"),
    ("nested.py", TORCH + b"x = " + b"(" * 2000 + b")" * 2000 + b"\n", 4, "nested"),
    ("open.py", TORCH + b"x = " + b"[" * 2000, 4, "nested"),
    ("operators.py", TORCH + b"x = " + b"not " * 1500 + b"y\n", None, ""),
    ("sum.py", TORCH + b"x = y" + b" + y" * 1500 + b"\n", None, ""),
    ("empty.py", b"", None, ""),
    ("empty.ipynb", b"", 1, "empty"),
    ("cells.ipynb", b'{"cells": [], "metadata": {}, "nbformat": 4}', None, ""),
    ("broken.ipynb", b'{"cells": [\n  {"source": "import torch"\n', 3, "broken notebook"),
    ("torchless.ipynb", b'{"cells": [\n  {', 2, "broken notebook"),
    ("list.ipynb", b'["torch"]', 1, "no list of cells"),
    ("page.py", b"<!DOCTYPE html>\n<title>torch</title>\n", 1, "syntax error"),
    ("template.py", b"import torch\nclass {{ name }}(torch.nn.Module):\n    pass\n", 2, "syntax error"),
    ("tabs.py", b"import torch\nif x:\n\ty = 1\n        z = 2\n", 4, "syntax error"),
]


@pytest.mark.parametrize(("name", "data", "row", "word"), CASES, ids=[case[0] for case in CASES])
@pytest.mark.parametrize("how", ["folder", "named"])
def test_one_file(
    torchlint: Command, tmp_path: Path, name: str, data: bytes, row: int | None, word: str, how: str
) -> None:
    (tmp_path / name).write_bytes(data)
    (tmp_path / "zz_buggy.py").write_text(BUGGY)
    paths = ["."] if how == "folder" else [name, "zz_buggy.py"]
    result = torchlint("check", *paths, "--output-format", "json")
    *unreadable, buggy = result.json
    assert (result.code, result.err, buggy["code"]) == (1, "", "TLN201")
    unreadable = [item for item in unreadable if item["filename"] == name and item["code"] == "TLN000"]
    assert [item["location"]["row"] for item in unreadable] == ([] if row is None else [row])
    assert all(word in item["message"] for item in unreadable)


def test_all_of_them_at_once(torchlint: Command, tmp_path: Path) -> None:
    for name, data, _, _ in CASES:
        (tmp_path / name).write_bytes(data)
    results = [torchlint("check", "-j", jobs, "--output-format", "concise") for jobs in (1, 2)]
    assert results[0] == results[1]
    assert results[0].code == 1
    for name, _, row, word in CASES:
        if row is not None:
            assert any(line.startswith(f"{name}:{row}:") and word in line for line in results[0].out.splitlines()), name
    assert torchlint("check").code == 1
    assert torchlint("check", "--exit-zero").code == 0
    assert "TLN000" not in torchlint("check", "--ignore", "TLN000").out


def test_files_that_are_named_are_checked_for_syntax_whatever_they_hold(torchlint: Command, tmp_path: Path) -> None:
    (tmp_path / "plain.py").write_text("def f(:\n")
    assert torchlint("check", "plain.py").code == 1
    assert torchlint("check").code == 0
    assert "stdin:1:" in torchlint("check", "-", stdin="def f(:\n").out


def test_one_bad_cell_does_not_cost_the_notebook(torchlint: Command, tmp_path: Path) -> None:
    (tmp_path / "book.ipynb").write_text(notebook("import torch", "print 'old'", BUGGY, "x = ("))
    result = torchlint("check", "--output-format", "json")
    found = [(item["cell"], item["location"]["row"], item["code"]) for item in result.json]
    assert found == [(2, 1, "TLN000"), (3, 10, "TLN201"), (4, 1, "TLN000")]


def test_a_large_generated_file(torchlint: Command, tmp_path: Path) -> None:
    rows = "".join(f"TABLE_{n} = [{n}, {n + 1}, 'name {n}']\n" for n in range(120_000))
    (tmp_path / "generated.py").write_text(rows)
    (tmp_path / "long_line.py").write_text("import torch\nDATA = [" + "1.5, " * 20_000 + "]\nloss.backward()\n")
    assert (tmp_path / "generated.py").stat().st_size > 4_000_000
    # a long file is no problem when no rule has to look at it
    assert torchlint("check").code == 0
    (tmp_path / "generated.py").write_text("import torch\n" + rows + "loss.backward()\n")
    result = torchlint("check", "--output-format", "concise")
    assert result.code == 1
    assert result.out.startswith("generated.py:1:1: TLN000 too long to be linted (5.")


def test_links_and_folders(torchlint: Command, tmp_path: Path) -> None:
    (tmp_path / "x.py").mkdir()
    (tmp_path / "x.py" / "buggy.py").write_text("import x\n" + BUGGY)
    (tmp_path / "loop").symlink_to(tmp_path)
    (tmp_path / "self.py").symlink_to(tmp_path / "self.py")
    (tmp_path / "gone.py").symlink_to(tmp_path / "nowhere.py")
    os.mkfifo(tmp_path / "pipe.py")
    result = torchlint("check", "--output-format", "json")
    assert [item["filename"] for item in result.json] == ["x.py/buggy.py"]
    for name in ("self.py", "gone.py"):
        result = torchlint("check", name)
        assert (result.code, len(result.err.splitlines())) == (2, 1)


def test_circular_imports(torchlint: Command, tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("from b import *\nfrom b import model\nimport a\n" + BUGGY)
    (tmp_path / "b.py").write_text(
        "from a import *\nfrom a import optimizer\nclass C(C): pass\nclass D(E): pass\nclass E(D): pass\n" + BUGGY
    )
    (tmp_path / "c.py").write_text(
        "import torch\nx = y\ny = x\ndef f(): return f()\nmodel = f()\nmodel(x).backward()\n"
    )
    assert {item["filename"] for item in torchlint("check", "--output-format", "json").json} == {"a.py", "b.py"}


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_no_permission(torchlint: Command, tmp_path: Path) -> None:
    for name in ("file.py", "folder"):
        path = tmp_path / name
        path.mkdir() if name == "folder" else path.touch()
        path.chmod(0)
    result = torchlint("check", "--output-format", "json")
    (tmp_path / "folder").chmod(0o700)
    assert [(item["filename"], item["code"]) for item in result.json] == [("file.py", "TLN000"), ("folder", "TLN000")]


def test_an_unreadable_file_and_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As the test above, where the tests run as root."""
    from torchlint.files import find_targets
    from torchlint.linter import Linter

    (tmp_path / "a.py").touch()

    def refuse(self: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", refuse)
    config = Config(root=tmp_path)
    (target,) = find_targets([tmp_path], config)
    (finding,) = Linter(config).lint_target(target)
    assert (finding.code, finding.message) == ("TLN000", "cannot be read: Permission denied")


class Failing(Rule):
    code, name, triggers = "TLN998", "failing", (b"torch",)

    def __init__(self, error: BaseException) -> None:
        self.error = error

    def check(self, module):
        yield Problem(module.site(module.top), "found before the failure", "")
        raise self.error


class Working(Rule):
    code, name, triggers = "TLN999", "working", (b"torch",)

    def check(self, module):
        yield Problem(module.site(module.top), "works", "")


@pytest.mark.parametrize("error", [ValueError("odd\nvalue"), RecursionError(), MemoryError(), BaseException("panic")])
def test_a_rule_that_fails(tmp_path: Path, error: BaseException) -> None:
    source = source_from_text(b"import torch\n", "train.py", tmp_path / "train.py")
    found = lint(source, Project(tmp_path), [Failing(error), Working()], Config(root=tmp_path))
    assert [finding.code for finding in found] == ["TLN000", "TLN998", "TLN999"]
    assert found[0].location.path == "train.py"
    assert found[0].message.startswith(f"internal error in TLN998 on this file: {type(error).__name__}")
    assert "test_bad_input.py" in found[0].message
    assert "\n" not in found[0].message


def test_ctrl_c_is_not_a_failure_of_a_rule(tmp_path: Path) -> None:
    source = source_from_text(b"import torch\n", "train.py", tmp_path / "train.py")
    with pytest.raises(KeyboardInterrupt):
        lint(source, Project(tmp_path), [Failing(KeyboardInterrupt())], Config(root=tmp_path))


def test_a_worker_that_dies(tmp_path: Path) -> None:
    """One file that kills its process costs that file only."""
    import subprocess
    import sys

    for name in ("a.py", "deadly.py", "z.py"):
        (tmp_path / name).write_text(BUGGY)
    program = """if True:
        import os, sys
        from torchlint.semantics.project import Project
        from torchlint.__main__ import main
        load = Project.load
        Project.load = lambda self, source: os._exit(11) if "deadly" in source.path else load(self, source)
        sys.argv = ["torchlint", "check", "-j", "2", "--output-format", "concise"]
        if __name__ == "__main__":
            import multiprocessing
            multiprocessing.set_start_method("fork")
            main()
    """
    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    lines = [line.split(" ")[:2] for line in done.stdout.splitlines()]
    assert lines == [["a.py:10:21:", "TLN201"], ["deadly.py:1:1:", "TLN000"], ["z.py:10:21:", "TLN201"]]
