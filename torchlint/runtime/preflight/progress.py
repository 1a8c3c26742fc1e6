"""A progress bar on the terminal, and nothing where there is none."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress as Bar
    from rich.progress import TaskID


class Progress:
    """Counts checks, and the steps of the training that is under way."""

    def __init__(self, total: int, show: bool | None = None) -> None:
        self._show = sys.stderr.isatty() if show is None else show
        self._total = total
        self._bar: Bar | None = None
        self._all: TaskID | None = None
        self._steps: TaskID | None = None

    def __enter__(self) -> Progress:
        if self._show:
            from rich.console import Console
            from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

            columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
            self._bar = Progress(*columns, console=Console(file=sys.stderr), transient=True)
            self._bar.start()
            self._all = self._bar.add_task("preflight", total=self._total)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    def begin(self, name: str) -> None:
        """A check begins."""
        if self._bar is not None and self._all is not None:
            self._bar.update(self._all, description=name)

    def end(self) -> None:
        """It ends, and so does its training."""
        if self._bar is not None and self._all is not None:
            if self._steps is not None:
                self._bar.remove_task(self._steps)
                self._steps = None
            self._bar.advance(self._all)

    def training(self, what: str, steps: int) -> None:
        """A training begins, of so many steps at most."""
        if self._bar is not None:
            if self._steps is not None:
                self._bar.remove_task(self._steps)
            self._steps = self._bar.add_task(f"  {what}", total=steps)

    def tick(self) -> None:
        if self._bar is not None and self._steps is not None:
            self._bar.advance(self._steps)
