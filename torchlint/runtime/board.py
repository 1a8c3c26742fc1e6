"""A board on which ranks leave notes for each other: a part of a store of torch.distributed.

No collective: one that a dead rank, or one that has raised, does not enter makes the others hang. No note is waited for
either: what is not there yet is read later, or never. Where the store is gone, the board is empty.
"""

from __future__ import annotations

import datetime
import functools
import json
import os
from collections.abc import Callable
from typing import Any, TypeVar

import torch.distributed as dist

from torchlint.runtime.ranks import place

#: what a store that answers at all takes far less than
PATIENCE = datetime.timedelta(seconds=10)

Answer = TypeVar("Answer")


class Board:
    """What `rank` leaves and reads."""

    def __init__(self, store: Any, rank: int, size: int) -> None:
        self.rank = rank
        self.size = size
        self._store = store

    def leave(self, topic: str, note: Any) -> None:
        """Put up this rank's note about something, in the place of its last one."""
        self._ask(lambda store: store.set(_key(topic, self.rank), json.dumps(note)), None)

    def read(self, topic: str, rank: int) -> Any:
        """The note of a rank; None where there is none."""
        key = _key(topic, rank)
        text = self._ask(lambda store: store.get(key) if store.check([key]) else None, None)
        return None if text is None else json.loads(text)

    def take_down(self, topic: str) -> None:
        """Remove this rank's note, that the store may not fill."""
        self._ask(lambda store: store.delete_key(_key(topic, self.rank)), None)

    def is_first(self, topic: str) -> bool:
        """True for the first rank that asks. Where nobody can be asked any more, each is the first."""
        return self._ask(lambda store: store.add(topic, 1), 1) == 1

    def _ask(self, question: Callable[[Any], Answer], otherwise: Answer) -> Answer:
        if self._store is None:
            return otherwise
        try:
            return question(self._store)
        except RuntimeError:
            # who held the store has died
            self._store = None
            return otherwise


def _key(topic: str, rank: int) -> str:
    return f"{topic}/{rank}"


def open_board(name: str) -> Board | None:
    """The board of that name; None for a process that is alone, or where there is no store."""
    rank, size = place()
    if size == 1 or not dist.is_available():
        return None
    try:
        return Board(dist.PrefixStore(f"torchlint/{name}", _store()), rank, size)
    except (RuntimeError, ValueError):
        return None


def _store() -> Any:
    if os.environ.get("TORCHELASTIC_USE_AGENT_STORE") == "True":
        return _store_of_torchrun()
    from torch.distributed.distributed_c10d import _get_default_store

    return _get_default_store()


@functools.cache
def _store_of_torchrun() -> Any:
    """It is there before a process group is, and stays when that or a rank is gone."""
    host, port = os.environ["MASTER_ADDR"], int(os.environ["MASTER_PORT"])
    store = dist.TCPStore(host, port, is_master=False, timeout=PATIENCE, wait_for_workers=False)
    return dist.PrefixStore(f"attempt {os.environ.get('TORCHELASTIC_RESTART_COUNT', '0')}", store)
