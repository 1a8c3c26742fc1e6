"""`torchlint demo`, and the notebook that shows the same by hand."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest
from conftest import Command

from torchlint.cli.demo import _BUGS, _FOLDER

NOTEBOOK = Path(__file__).parent.parent.parent / "examples" / "guard" / "first_steps.ipynb"

#: what is said of each, and how it ends
SAID = {
    "non-finite": ("TLN503", "in the operation 'exp'", "GuardError"),
    "missing-zero-grad": ("TLN101", "never cleared", None),
    "softmax-into-cross-entropy": ("TLN201", "softmax output goes into", None),
}


@pytest.mark.parametrize("bug", _BUGS)
def test_demo(torchlint: Command, tmp_path: Path, bug: str) -> None:
    pytest.importorskip("bokeh")
    result = torchlint("demo", "--bug", bug)
    code, words, error = SAID[bug]
    assert result.code == 0
    assert f"{code} [{bug}] error at step" in result.out and words in result.out
    assert "optimizer.step()" in result.out
    assert code in (tmp_path / "torchlint-demo.html").read_text(encoding="utf-8")
    rows = [json.loads(line) for line in (tmp_path / "torchlint-demo.jsonl").read_text().splitlines()]
    assert rows[-1]["kind"] == "end" and rows[-1]["error"] == error
    # what follows from the bug may be found as well, after it
    assert next(row["code"] for row in rows if row["kind"] == "finding") == code


def test_every_program_is_a_demo() -> None:
    names = {file.stem.replace("_", "-") for file in _FOLDER.glob("[!_]*.py")}
    assert names == set(_BUGS) == set(SAID)


def test_without_the_libraries_of_the_page_the_log_is_left(torchlint: Command, tmp_path: Path) -> None:
    (tmp_path / "bokeh.py").write_text("raise ModuleNotFoundError('no', name='bokeh')")
    result = torchlint("demo", "--bug", "missing-zero-grad", "-o", "first.html", PYTHONPATH=str(tmp_path))
    assert result.code == 0
    assert result.out.endswith('The log of the run: first.jsonl\na page needs bokeh: pip install "torchlint[report]"\n')
    assert (tmp_path / "first.jsonl").exists() and not (tmp_path / "first.html").exists()


def test_a_place_that_cannot_be_written(torchlint: Command) -> None:
    result = torchlint("demo", "-o", "nowhere/first.html")
    assert result.code == 2
    assert "there is no folder" in result.err


def test_notebook(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # the command of this environment
    monkeypatch.setenv("PATH", str(Path(sys.executable).parent), prepend=os.pathsep)
    nbclient = pytest.importorskip("nbclient")
    nbformat = pytest.importorskip("nbformat")
    pytest.importorskip("ipykernel")
    pytest.importorskip("bokeh")
    book = nbformat.read(NOTEBOOK, as_version=4)
    nbclient.NotebookClient(book, timeout=300, resources={"metadata": {"path": str(tmp_path)}}).execute()
    outputs = json.dumps([cell.get("outputs") for cell in book.cells])
    assert "GuardError" in outputs and "TLN503" in outputs and "operation 'exp'" in outputs
    assert "no silent bugs" in outputs.lower()
    assert (tmp_path / "run.html").stat().st_size > 1_000_000
