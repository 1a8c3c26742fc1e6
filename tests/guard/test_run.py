"""`torchlint run`: scripts and modules as they are, in processes of their own."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import Command

SCRIPT = """\
import sys
import torch
from torch import nn

print("arguments", sys.argv[1:], __name__)
torch.manual_seed(0)
torch.set_num_threads(1)
model = nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Linear(16, 4))
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
for step in range(8):
    x, y = torch.randn(32, 8), torch.randint(0, 4, (32,))
    optimizer.zero_grad()
    nn.functional.cross_entropy(model(x), y).backward()
    optimizer.step()
print("end")
"""

BUGGY = SCRIPT.replace("    optimizer.zero_grad()\n", "")


def test_healthy_script(torchlint: Command, tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text(SCRIPT)
    result = torchlint("run", "train.py", "--epochs", "3", "-m", "x")
    assert result.code == 0
    assert result.out.splitlines() == ["arguments ['--epochs', '3', '-m', 'x'] __main__", "end"]
    assert "no silent bugs found" in result.err


def test_script_with_a_bug_goes_on_and_fails(torchlint: Command, tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text(BUGGY)
    result = torchlint("run", "--report", "run.jsonl", "train.py")
    assert result.code == 1
    assert result.out.endswith("end\n")
    assert "TLN101 [missing-zero-grad] error at step 3" in result.err
    assert "train.py:13" in result.err
    assert "1 error, 0 warnings" in result.err
    rows = [json.loads(line) for line in (tmp_path / "run.jsonl").read_text().splitlines()]
    assert [row["code"] for row in rows if row["kind"] == "finding"] == ["TLN101"]
    assert len([row for row in rows if row["kind"] == "step"]) == 8


def test_raise_stops_the_script(torchlint: Command, tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text(BUGGY)
    done = run_allowing_traceback(tmp_path, "run", "--action", "raise", "train.py")
    assert done.returncode == 1
    assert "end" not in done.stdout
    assert "GuardError" in done.stderr
    assert 'train.py", line 13' in done.stderr
    assert "runpy" not in done.stderr


def test_module(torchlint: Command, tmp_path: Path) -> None:
    (tmp_path / "project").mkdir()
    (tmp_path / "project" / "__init__.py").touch()
    (tmp_path / "project" / "helper.py").write_text("NAME = 'helper'\n")
    (tmp_path / "project" / "train.py").write_text("from project.helper import NAME\nprint(NAME)\n" + BUGGY)
    result = torchlint("run", "-m", "project.train", "7")
    assert result.code == 1
    assert result.out.startswith("helper\narguments ['7'] __main__\n")
    assert "TLN101" in result.err


def test_script_sees_its_own_folder_and_the_working_directory(torchlint: Command, tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "sibling.py").write_text("")
    (tmp_path / "deep" / "train.py").write_text("import os, sibling\nprint(os.getcwd(), __file__)\n")
    result = torchlint("run", "deep/train.py")
    assert result.out == f"{tmp_path} {Path('deep/train.py')}\n"


@pytest.mark.parametrize(("ending", "status"), [("sys.exit(5)", 5), ("sys.exit()", 0), ("sys.exit('no')", 1)])
def test_exit_status_of_the_script(torchlint: Command, tmp_path: Path, ending: str, status: int) -> None:
    (tmp_path / "train.py").write_text(f"import sys\n{ending}\n")
    result = torchlint("run", "train.py")
    assert result.code == status
    assert ("no\n" in result.err) == ("no" in ending)


def run_allowing_traceback(cwd: Path, *arguments: str):
    command = [sys.executable, "-m", "torchlint", *arguments]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=120, check=False)


def test_exception_of_the_script_shows_its_own_frames(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text("def broken():\n    return 1 / 0\n\nbroken()\n")
    done = run_allowing_traceback(tmp_path, "run", "train.py")
    assert done.returncode == 1
    frames = [line for line in done.stderr.splitlines() if line.startswith("  File ")]
    assert len(frames) == 2 and all("train.py" in frame for frame in frames)
    assert "ZeroDivisionError" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["run", "missing.py"], "there is no file missing.py"),
        (["run", "--select", "TLN999", "train.py"], "has no check 'TLN999'"),
        (["run", "--report", "nowhere/run.jsonl", "train.py"], "there is no folder"),
    ],
)
def test_bad_use(torchlint: Command, tmp_path: Path, arguments: list[str], message: str) -> None:
    (tmp_path / "train.py").write_text("")
    result = torchlint(*arguments)
    assert result.code == 2
    assert message in result.err


def test_one_report_for_all_ranks(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text(
        "import torch.distributed as dist\ndist.init_process_group('gloo')\n" + BUGGY + "dist.destroy_process_group()\n"
    )
    arguments = ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
    command = [sys.executable, *arguments, "-m", "torchlint", "run", "--report", "run.jsonl", "train.py"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False)
    assert done.stderr.count("torchlint: 1 error, 0 warnings on 2 ranks") == 1
    assert "ranks 0-1, step 3" in done.stderr
    for rank in range(2):
        rows = [json.loads(line) for line in (tmp_path / f"run.rank{rank}.jsonl").read_text().splitlines()]
        assert [row["rank"] for row in rows if row["kind"] == "finding"] == [rank]
