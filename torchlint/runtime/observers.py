"""Those who look on while a guarded run goes: its report, TensorBoard and the like.

An observer is told what was measured and found, and can't change it. Steps come in blocks, so that a single step costs
one append and a look at the clock, and no step waits for a disk.
"""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import starmap

from torchlint.runtime.findings import RuntimeFinding
from torchlint.runtime.recorder import Row, StepRecord

#: steps that are handed over together, and seconds that the first of them waits at most (as far as steps go on)
BLOCK = 100
PATIENCE = 10.0


@dataclass(frozen=True, slots=True)
class Run:
    """What is known when a guarded block begins."""

    torch: str
    #: steps between closer looks
    every: int
    #: of this process, and how many there are; None where it is the only one
    rank: int | None
    ranks: int = 1


class Observer:
    """Looks on. A method that is not overridden does nothing.

    What `start` raises reaches the user. What the others raise switches this observer off, with one warning: the
    training is never the victim.
    """

    def start(self, run: Run) -> None:
        """A guarded block begins."""

    def models(self, models: Mapping[str, int]) -> None:
        """These are guarded, with their numbers of parameters: known at the start, or found when an optimizer steps."""

    def loss(self, name: str, guessing: float) -> None:
        """The first backward starts at a loss for which it is known what guessing costs: ln(number of classes)."""

    def steps(self, records: Sequence[StepRecord]) -> None:
        """These steps were taken."""

    def layers(self, step: int, layers: Mapping[str, Mapping[str, float]]) -> None:
        """A closer look at each layer: numbers such as "gradient_norm", "update_ratio" and "dead", by its path."""

    def finding(self, finding: RuntimeFinding) -> None:
        """A bug was found."""

    def end(self, steps: int, error: str | None) -> None:
        """The block ends after so many steps; `error` is the name of the exception that ends it."""


class Observers:
    """Hands on to each observer what it is told."""

    def __init__(self, observers: Iterable[Observer]) -> None:
        self._observers = list(observers)
        self._records: list[Row] = []
        self._due = time.monotonic() + PATIENCE

    def start(self, run: Run) -> None:
        for observer in self._observers:
            observer.start(run)

    def models(self, models: Mapping[str, int]) -> None:
        self._each(lambda observer: observer.models(models))

    def loss(self, name: str, guessing: float) -> None:
        self._each(lambda observer: observer.loss(name, guessing))

    def step(self, record: Row) -> None:
        self._records.append(record)
        if len(self._records) >= BLOCK or time.monotonic() >= self._due:
            self.hand_over()

    def hand_over(self) -> None:
        """Tell of the steps that are still waiting."""
        records, self._records = self._records, []
        self._due = time.monotonic() + PATIENCE
        if records:
            steps = list(starmap(StepRecord, records))
            self._each(lambda observer: observer.steps(steps))

    def layers(self, step: int, layers: Mapping[str, Mapping[str, float]]) -> None:
        self.hand_over()
        self._each(lambda observer: observer.layers(step, layers))

    def finding(self, finding: RuntimeFinding) -> None:
        self.hand_over()
        self._each(lambda observer: observer.finding(finding))

    def end(self, steps: int, error: str | None) -> None:
        self.hand_over()
        self._each(lambda observer: observer.end(steps, error))

    def _each(self, tell: Callable[[Observer], None]) -> None:
        for observer in list(self._observers):
            try:
                tell(observer)
            except Exception as error:
                self._observers.remove(observer)
                reason = (error.strerror if isinstance(error, OSError) else None) or f"{type(error).__name__}: {error}"
                warnings.warn(
                    f"torchlint: {observer} is given up, and the training goes on without it: {reason}", stacklevel=2
                )
