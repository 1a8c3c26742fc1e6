"""Runs one workload or fault, with or without the guard, here or in a worker process."""

from __future__ import annotations

import time
import warnings
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from multiprocessing import get_context

import torch
from torch import nn

from .registry import find


@dataclass(frozen=True)
class Found:
    """A finding, without anything that holds on to a run."""

    code: str
    severity: str
    step: int
    module: str
    message: str


@dataclass(frozen=True)
class Task:
    name: str
    seed: int
    steps: int
    guarded: bool = True


@dataclass
class Outcome:
    task: Task
    losses: list[float] = field(default_factory=list)
    findings: list[Found] = field(default_factory=list)
    raised: str = ""
    complaints: list[str] = field(default_factory=list)  # the guard's warnings about itself
    learned: bool = False
    seconds: float = 0.0

    @property
    def digest(self) -> str:
        """Every bit of the losses, also of those that aren't numbers."""
        return " ".join(loss.hex() for loss in self.losses) + self.raised


class Guarded:
    """Makes guards for programs, and keeps what they found."""

    def __init__(self) -> None:
        self.findings: list[Found] = []

    @contextmanager
    def __call__(self, *models: nn.Module) -> Iterator[None]:
        import torchlint

        guard = torchlint.guard(*models, action="record")
        try:
            with guard:
                yield
        finally:
            for finding in guard.findings:
                module = str(getattr(finding, "module", None) or "")
                step = finding.step if finding.step is not None else -1
                self.findings.append(Found(finding.code, str(finding.severity), step, module, finding.message))


class Unwatched:
    """The same door without a guard behind it."""

    def __init__(self) -> None:
        self.findings: list[Found] = []

    def __call__(self, *_models: nn.Module) -> nullcontext[None]:
        return nullcontext()


def perform(task: Task) -> Outcome:
    torch.set_num_threads(1)
    outcome = Outcome(task)
    watch = Guarded() if task.guarded else Unwatched()
    started = time.perf_counter()
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("ignore")
        warnings.filterwarnings("always", message="torchlint: internal error")
        program = find(task.name).program(task.seed, task.steps)
        try:
            program.run(watch)
        except Exception as error:  # NaN makes some programs raise by themselves; the guard has spoken before or not
            outcome.raised = f"{type(error).__name__}: {error}".splitlines()[0]
    outcome.seconds = time.perf_counter() - started
    outcome.losses = program.losses
    outcome.findings = watch.findings
    outcome.complaints = [str(warning.message) for warning in said]
    outcome.learned = not outcome.raised and program.learned()
    return outcome


def perform_all(tasks: Iterable[Task], jobs: int) -> Iterator[Outcome]:
    if jobs <= 1:
        yield from map(perform, tasks)
        return
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        yield from pool.map(perform, tasks)
