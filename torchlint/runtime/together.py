"""One report for all ranks: each leaves on a board what it finds, and one of them tells it all."""

from __future__ import annotations

import contextlib
import itertools
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from torchlint.runtime.board import Board, open_board
from torchlint.runtime.findings import RuntimeFinding
from torchlint.runtime.merging import merged, span
from torchlint.runtime.observers import Observer, Run
from torchlint.runtime.render import print_findings, verdict

#: seconds that rank 0 waits at its end for others that are still at it, and one that has failed for rank 0
PATIENCE = 10.0
#: the same where an exception ended it: the others may be in a collective that waits for this rank
GRACE = 1.0

#: guarded blocks of one process; those of the ranks of a training correspond
_blocks = itertools.count()


@dataclass(frozen=True)
class Told:
    """What all ranks have found."""

    findings: list[RuntimeFinding]
    #: how many there are
    ranks: int
    #: those that were not at their end by then: dead, hanging, or slow
    unfinished: list[int]


class Together(Observer):
    """Leaves the findings of this rank when they show, so that a rank which dies has left what it had."""

    def __init__(self) -> None:
        self._board: Board | None = None
        self._findings: list[dict[str, Any]] = []
        self._error: str | None = None

    def start(self, run: Run) -> None:
        self._board = open_board(f"block {next(_blocks)}")
        self._leave(ended=False)

    def finding(self, finding: RuntimeFinding) -> None:
        self._findings.append({**finding.as_dict(), "history": finding.history})
        self._leave(ended=False)

    def end(self, steps: int, error: str | None) -> None:
        self._error = error
        self._leave(ended=True)

    def _leave(self, ended: bool) -> None:
        if self._board is not None:
            self._board.leave("findings", {"findings": self._findings, "ended": ended})

    @contextlib.contextmanager
    def telling(self, failed: bool = False, everyone: bool = False) -> Iterator[Told | None]:
        """What all ranks have found, for the one of them that is to tell it in this block: rank 0.

        If this rank has `failed`, its end is the end of all, since their launcher sees to that: then it stays until
        rank 0 has told, and where that does not come, tells it itself. `everyone`: all ranks have a guard, also those
        of which nothing was heard so far.
        """
        board = self._board
        if board is None:
            yield Told([RuntimeFinding.from_dict(one) for one in self._findings], 1, [])
            return
        others = [rank for rank in range(board.size) if rank != board.rank]
        if board.rank == 0:
            _wait(lambda: all(self._has_ended(rank, everyone) for rank in others), self._patience)
        elif not failed or _wait(lambda: board.read("told", 0) is not None, 2 * self._patience):
            yield None
            return
        yield self._all(board, everyone) if board.is_first("teller") else None
        board.leave("told", True)

    @property
    def _patience(self) -> float:
        # a program may end itself in good order
        return PATIENCE if self._error in (None, "SystemExit") else GRACE

    def _has_ended(self, rank: int, everyone: bool) -> bool:
        note = self._board.read("findings", rank) if self._board is not None else None
        return not everyone if note is None else bool(note["ended"])

    def _all(self, board: Board, everyone: bool) -> Told:
        notes = {rank: note for rank in range(board.size) if (note := board.read("findings", rank)) is not None}
        # its own, also where the store is gone
        notes[board.rank] = {"findings": self._findings, "ended": True}
        findings = merged({rank: note["findings"] for rank, note in notes.items()})
        unfinished = [r for r in range(board.size) if r != board.rank and not self._has_ended(r, everyone)]
        return Told([RuntimeFinding.from_dict(one) for one in findings], board.size, unfinished)


def _wait(condition: Callable[[], bool], patience: float) -> bool:
    """Whether it became true in time."""
    deadline = time.monotonic() + patience
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def print_told(told: Told) -> None:
    """The findings, and how many there are."""
    print_findings(told.findings)
    parts = [f"torchlint: {verdict(told.findings)}"]
    if told.ranks > 1:
        parts.append(f" on {told.ranks} ranks")
    if told.unfinished:
        parts.append(f"; {span(told.unfinished)} did not come to an end")
    print("".join(parts), file=sys.stderr, flush=True)
