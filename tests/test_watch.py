"""`--watch`, in a process of its own that is told to end by Ctrl-C."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from conftest import BUGGY, CLEAN, run


def test_lints_again(tmp_path: Path) -> None:
    pytest.importorskip("watchfiles")
    (tmp_path / "train.py").write_text(CLEAN)
    log = tmp_path / "log.txt"
    with log.open("w") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "torchlint", "check", "--watch", "--output-format", "concise"],
            cwd=tmp_path,
            stdout=out,
            stderr=out,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509
        )

    def wait_for(text: str, count: int) -> None:
        deadline = time.monotonic() + 60
        while log.read_text().count(text) < count:
            assert time.monotonic() < deadline, log.read_text()
            assert process.poll() is None, log.read_text()
            time.sleep(0.05)

    try:
        wait_for("Watching", 1)
        assert "TLN201" not in log.read_text()
        (tmp_path / "train.py").write_text(BUGGY)
        wait_for("train.py:10:21: TLN201", 1)
        wait_for("Watching", 2)
        # what can't be obeyed is said, and it goes on
        (tmp_path / "pyproject.toml").write_text("[tool.torchlint]\nselect = [\n")
        wait_for("invalid TOML", 1)
        (tmp_path / "pyproject.toml").unlink()
        wait_for("train.py:10:21: TLN201", 2)
        (tmp_path / "notes.txt").write_text("of no concern")
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(timeout=60)
    assert process.returncode == 130
    assert "Traceback" not in log.read_text()


def test_without_the_library(tmp_path: Path) -> None:
    (tmp_path / "watchfiles.py").write_text("raise ImportError('none')\n")
    (tmp_path / "train.py").write_text(CLEAN)
    result = run(["-m", "torchlint", "check", "--watch"], tmp_path)
    assert result.code == 2
    assert result.err == 'Error: --watch needs watchfiles: pip install "torchlint[watch]"\n'
