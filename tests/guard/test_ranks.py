"""One report for all ranks, whichever of them dies: trainings as torchrun starts them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import torch.distributed as dist

from torchlint.runtime.report.joining import read_run

pytestmark = pytest.mark.skipif(not dist.is_available() or not dist.is_gloo_available(), reason="needs gloo")

#: never cleared, which shows at step 3; what befalls the last rank comes at step 6
SCRIPT = """\
import os, signal, sys
import torch
import torch.distributed as dist
from torch import nn
from torch.nn import functional as F

import torchlint

FATE, GUARD = sys.argv[1:]
dist.init_process_group("gloo")
rank, last = dist.get_rank(), dist.get_world_size() - 1
torch.set_num_threads(1)
model = nn.parallel.DistributedDataParallel(nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Linear(16, 4)))
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
torch.manual_seed(rank)

def train():
    for step in range(10):
        if FATE == "healthy":
            optimizer.zero_grad()
        if step == 6 and FATE == "interrupt":
            os.kill(os.getpid(), signal.SIGINT)
        if step == 6 and rank == last:
            if FATE == "exit":
                os._exit(7)
            if FATE == "kill":
                os.kill(os.getpid(), signal.SIGKILL)
            if FATE == "raise":
                raise ZeroDivisionError("here")
        x, y = torch.randn(32, 8), torch.randint(0, 4, (32,))
        F.cross_entropy(model(x), y).backward()
        optimizer.step()

if GUARD == "own":
    with torchlint.guard(model, action="warn", report="run.jsonl"):
        train()
else:
    train()
dist.destroy_process_group()
"""


def torchrun(folder: Path, ranks: int, *arguments: str) -> subprocess.CompletedProcess[str]:
    (folder / "train.py").write_text(SCRIPT)
    launcher = ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node", str(ranks)]
    command = [sys.executable, *launcher, *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=240, check=False)


def guarded(folder: Path, ranks: int, fate: str) -> subprocess.CompletedProcess[str]:
    return torchrun(folder, ranks, "-m", "torchlint", "run", "--report", "run.jsonl", "train.py", fate, "none")


def test_a_healthy_run_says_so_once(tmp_path: Path) -> None:
    done = guarded(tmp_path, 4, "healthy")
    assert done.returncode == 0
    assert done.stderr.count("torchlint: no silent bugs found on 4 ranks\n") == 1
    report = read_run(tmp_path / "run.jsonl")
    assert list(report.ranks) == [0, 1, 2, 3]
    assert (report.findings, report.notes, report.end["error"]) == ([], [], None)


def test_what_all_ranks_find_is_told_once(tmp_path: Path) -> None:
    done = guarded(tmp_path, 4, "bug")
    assert done.returncode == 1
    assert done.stderr.count("TLN101 [missing-zero-grad]") == 1
    assert "TLN101 [missing-zero-grad] error at ranks 0-3, step 3: " in done.stderr
    assert done.stderr.count("torchlint: 1 error, 0 warnings on 4 ranks\n") == 1


@pytest.mark.parametrize(("fate", "lost"), [("exit", 1), ("kill", 1), ("raise", 0)])
def test_a_rank_that_dies_takes_no_report_with_it(tmp_path: Path, fate: str, lost: int) -> None:
    """Where it raises, the others may hang in a collective: the one that does not tells it all."""
    done = guarded(tmp_path, 2, fate)
    assert done.returncode != 0
    assert done.stderr.count("TLN101 [missing-zero-grad] error at ranks 0-1, step 3") == 1
    assert done.stderr.count("torchlint: 1 error, 0 warnings on 2 ranks") == 1
    report = read_run(tmp_path / "run.jsonl")
    (finding,) = report.findings
    assert (finding["code"], finding["ranks"]) == ("TLN101", [0, 1])
    assert report.ranks[0].end["error"] in ("RuntimeError", "Terminated", "DistBackendError")
    assert (report.ranks[1].end is None) == bool(lost)


def test_what_was_found_is_told_when_all_are_interrupted(tmp_path: Path) -> None:
    done = guarded(tmp_path, 2, "interrupt")
    assert done.returncode != 0
    assert done.stderr.count("torchlint: 1 error, 0 warnings on 2 ranks") == 1


def test_a_guard_of_the_script_tells_at_its_end(tmp_path: Path) -> None:
    done = torchrun(tmp_path, 2, "train.py", "bug", "own")
    assert done.returncode == 0
    # each rank has warned when it showed
    assert done.stderr.count("GuardWarning: \n") == 2
    assert done.stderr.count("TLN101 [missing-zero-grad] error at ranks 0-1, step 3: ") == 1
    assert done.stderr.count("torchlint: 1 error, 0 warnings on 2 ranks\n") == 1
    heads = [json.loads((tmp_path / f"run.rank{rank}.jsonl").read_text().splitlines()[0]) for rank in range(2)]
    assert [(head["rank"], head["ranks"]) for head in heads] == [(0, 2), (1, 2)]
