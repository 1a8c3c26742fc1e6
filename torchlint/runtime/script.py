"""Running somebody's script or module under a guard, as `python script.py` would run it."""

from __future__ import annotations

import contextlib
import os
import runpy
import signal
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from torchlint.runtime.guard import Guard
from torchlint.runtime.ranks import own_rank


class Terminated(SystemExit):
    """This rank was told to end, as torchrun does where another one has failed."""


@contextlib.contextmanager
def _ending_in_order() -> Iterator[None]:
    """A rank that is told to end leaves the block as by an exception, so that what it has found is told.

    What follows the block is short, and no such word breaks it off, also where an exception has ended it: torchrun
    sends one as soon as another rank is gone. A script with a handler of its own keeps that.
    """
    if own_rank() is None or signal.getsignal(signal.SIGTERM) is not signal.SIG_DFL:
        yield
        return
    process = os.getpid()

    def end(number: int, frame: Any) -> None:
        ours = os.getpid() == process
        signal.signal(number, signal.SIG_IGN if ours else signal.SIG_DFL)
        if ours:
            raise Terminated(128 + number)
        # a child that was forked has inherited this
        os.kill(os.getpid(), number)

    signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        if signal.getsignal(signal.SIGTERM) is end:
            signal.signal(signal.SIGTERM, signal.SIG_IGN)


def run_script(path: str, arguments: Sequence[str], guard: Guard) -> None:
    """Run a file as `__main__`, with its folder first on the path. Whatever it raises comes through."""
    sys.argv = [path, *arguments]
    sys.path[0] = str(Path(path).resolve().parent)
    with guard, _ending_in_order():
        runpy.run_path(path, run_name="__main__")


def run_module(name: str, arguments: Sequence[str], guard: Guard) -> None:
    """Run a module as `python -m` does."""
    sys.argv = [name, *arguments]
    sys.path[0] = str(Path.cwd())
    with guard, _ending_in_order():
        runpy.run_module(name, run_name="__main__", alter_sys=True)
