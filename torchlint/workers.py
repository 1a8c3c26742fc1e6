"""Many files, in this process or in several; the answers come out in the same order either way."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator, Sequence
from contextlib import closing
from typing import TYPE_CHECKING

from torchlint.config import Config
from torchlint.files import Target
from torchlint.garbage import search_rarely
from torchlint.linter import Answer, Linter, unreadable
from torchlint.source import UnreadableError

if TYPE_CHECKING:
    from concurrent.futures import Future, ProcessPoolExecutor

#: With fewer files than this, starting processes costs more than it brings.
ENOUGH_FILES = 200

#: Neighbouring files share what was learnt about their imports, so they go to one process together.
CHUNK = 25


def job_count(asked: int | None, files: int) -> int:
    """How many processes to use when the user asked for `asked` (None: as fits the number of files)."""
    if asked is None:
        cpus = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
        asked = cpus if files > ENOUGH_FILES else 1
    return max(1, min(asked, files))


def lint_targets(targets: Sequence[Target], config: Config, jobs: int) -> Iterator[Answer]:
    """The answer for each target, in order."""
    if jobs > 1:
        yield from _in_processes(targets, config, jobs)
    else:
        with closing(Linter(config)) as linter:
            yield from map(linter.answer, targets)


def _in_processes(targets: Sequence[Target], config: Config, jobs: int) -> Iterator[Answer]:
    import multiprocessing
    from concurrent.futures.process import BrokenProcessPool

    size = max(1, min(CHUNK, len(targets) // (jobs * 2)))
    chunks = [targets[start : start + size] for start in range(0, len(targets), size)]
    pool = _pool(config, jobs)
    try:
        futures: list[Future[list[Answer]]] = [pool.submit(_lint_chunk, chunk) for chunk in chunks]
        for chunk, future in zip(chunks, futures, strict=True):
            try:
                yield from future.result()
            except BrokenProcessPool:
                # a process died: find the file that does it, and go on without it
                yield from _one_by_one(chunk, config)
    except BaseException:
        # Ctrl-C, or a reader that went away: nothing is worth waiting for
        for child in multiprocessing.active_children():
            child.kill()
        raise
    finally:
        # waits: Python 3.10 reports an error at its exit where the pool's thread is still closing its pipe
        pool.shutdown(cancel_futures=True)


def _one_by_one(targets: Sequence[Target], config: Config) -> Iterator[Answer]:
    from concurrent.futures.process import BrokenProcessPool

    pool = _pool(config, 1)
    for target in targets:
        try:
            yield from pool.submit(_lint_chunk, [target]).result()
        except BrokenProcessPool:
            error = UnreadableError("internal error: the process that read this file died; please report it")
            yield Answer([unreadable(error, target.shown)])
            pool.shutdown()
            pool = _pool(config, 1)
    pool.shutdown()


def _pool(config: Config, jobs: int) -> ProcessPoolExecutor:
    from concurrent.futures import ProcessPoolExecutor

    return ProcessPoolExecutor(jobs, initializer=_start_worker, initargs=(config,))


_linter: Linter | None = None


def _start_worker(config: Config) -> None:
    global _linter  # noqa: PLW0603 - one linter per process, made when the process starts
    # Ctrl-C reaches the whole process group; the first process decides what it means
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    search_rarely()
    _linter = Linter(config)


def _lint_chunk(targets: Sequence[Target]) -> list[Answer]:
    assert _linter is not None
    return [_linter.answer(target) for target in targets]
