"""Running somebody's script or module under a guard, as `python script.py` would run it."""

from __future__ import annotations

import contextlib
import json
import os
import runpy
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from torchlint.runtime.findings import RuntimeFinding
from torchlint.runtime.guard import Guard
from torchlint.runtime.ranks import local_world

#: seconds that ranks wait for each other's reports
PATIENCE = 10.0


def run_script(path: str, arguments: Sequence[str], guard: Guard) -> None:
    """Run a file as `__main__`, with its folder first on the path. Whatever it raises comes through."""
    sys.argv = [path, *arguments]
    sys.path[0] = str(Path(path).resolve().parent)
    with guard:
        runpy.run_path(path, run_name="__main__")


def run_module(name: str, arguments: Sequence[str], guard: Guard) -> None:
    """Run a module as `python -m` does."""
    sys.argv = [name, *arguments]
    sys.path[0] = str(Path.cwd())
    with guard:
        runpy.run_module(name, run_name="__main__", alter_sys=True)


@contextlib.contextmanager
def gathered(findings: Sequence[RuntimeFinding]) -> Iterator[list[RuntimeFinding] | None]:
    """The findings of all ranks of this machine, at rank 0; None at the others, which hand theirs in.

    The others leave the block when rank 0 has: torchrun ends all ranks as soon as one has failed.

    Ranks leave files for each other instead of calling collectives: one that died must not make the others hang.
    """
    size, rank = local_world()
    if size == 1:
        yield list(findings)
        return
    attempt = [os.environ.get(f"TORCHELASTIC_{name}", "0") for name in ("RUN_ID", "RESTART_COUNT")]
    folder = Path(tempfile.gettempdir(), "-".join(["torchlint", str(os.getppid()), *attempt]))
    folder.mkdir(exist_ok=True)
    _leave(folder / f"{rank}.json", [finding.as_dict() for finding in findings])
    files = [folder / f"{number}.json" for number in range(size)]
    if rank:
        yield None
        _wait(lambda: not folder.exists())
        return
    _wait(lambda: all(file.exists() for file in files))
    there = [file for file in files if file.exists()]
    yield [RuntimeFinding.from_dict(data) for file in there for data in json.loads(file.read_text(encoding="utf-8"))]
    shutil.rmtree(folder, ignore_errors=True)


def _wait(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and not condition():
        time.sleep(0.05)


def _leave(file: Path, findings: list[dict[str, Any]]) -> None:
    """Written beside and moved, so that nobody reads half of it."""
    half = file.with_suffix(".half")
    half.write_text(json.dumps(findings), encoding="utf-8")
    half.replace(file)
