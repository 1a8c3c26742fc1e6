"""The flight recorder: the last steps, printed with a finding about numbers that went wrong."""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Iterable, Iterator
from typing import NamedTuple

#: rows of the history that a finding prints
SHOWN = 8


class StepRecord(NamedTuple):
    """One optimizer step. Numbers are None where they were not known."""

    step: int
    optimizer: str
    loss: float | None
    gradient_norm: float | None
    learning_rate: float | None


#: its fields, as they are kept until somebody asks
Row = tuple[int, str, float | None, float | None, float | None]


class Recorder:
    """Keeps the last `length` steps."""

    def __init__(self, length: int) -> None:
        self._rows: deque[Row] = deque(maxlen=length)
        #: in a step, an append is all that is done
        self.add = self._rows.append

    def newest(self) -> Iterator[StepRecord]:
        """What is kept, from the last step back."""
        return itertools.starmap(StepRecord, reversed(self._rows))

    def table(self) -> str:
        """The last rows as text."""
        rows = list(itertools.islice(self.newest(), SHOWN))[::-1]
        if not rows:
            return ""
        several = len({row.optimizer for row in rows}) > 1
        head = ["step", "loss", "gradient norm", "learning rate", *(["optimizer"] if several else [])]
        lines = [head, *(_cells(row, several) for row in rows)]
        widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
        return "\n".join(["  the last steps:", *("    " + "  ".join(_padded(line, widths)) for line in lines)])


def _cells(row: StepRecord, several: bool) -> list[str]:
    numbers = (row.loss, row.gradient_norm, row.learning_rate)
    cells = [str(row.step), *("-" if number is None else f"{number:.4g}" for number in numbers)]
    return [*cells, row.optimizer] if several else cells


def _padded(line: list[str], widths: Iterable[int]) -> list[str]:
    return [cell.rjust(width) for cell, width in zip(line, widths)]
