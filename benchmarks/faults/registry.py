"""Workloads and faults, found by importing their families."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from .program import Program, Watch


@dataclass(frozen=True)
class Workload:
    """A program to run; a healthy one, unless it is a fault: every finding is a false alarm."""

    name: str
    program: type[Program]
    added: str = ""

    def run(self, seed: int, steps: int, watch: Watch) -> list[float]:
        return self.program(seed, steps).run(watch)


@dataclass(frozen=True)
class Fault(Workload):
    """A bug planted into a healthy program by overriding one method of it."""

    architecture: str = ""
    expects: frozenset[str] | None = None
    starts: int = 0
    origin: str = ""
    unseen: str = ""


_workloads: list[Workload] = []
_faults: list[Fault] = []


def snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def workload(program: type[Program] | None = None, *, added: str = "") -> Callable | type[Program]:
    def register(program: type[Program]) -> type[Program]:
        _workloads.append(Workload(snake(program.__name__), program, added))
        return program

    return register(program) if program else register


def fault(
    *expects: str,
    on: Iterable[type[Program]],
    starts: int = 0,
    origin: str = "",
    unseen: str = "",
    added: str = "",
) -> Callable[[type], type]:
    """Plant the overrides of a class into each of the programs; without codes, `unseen` tells why nobody can see it."""

    def register(overrides: type) -> type:
        for host in on:
            program = type(f"{overrides.__name__}In{host.__name__}", (overrides, host), {})
            name = f"{snake(overrides.__name__)}[{snake(host.__name__)}]"
            codes = frozenset(expects) or None
            _faults.append(Fault(name, program, added, snake(host.__name__), codes, starts, origin, unseen))
        return overrides

    return register


def _import_families(folder: str) -> None:
    package = importlib.import_module(f"{__package__}.{folder}")
    for family in pkgutil.iter_modules(package.__path__):
        importlib.import_module(f"{package.__name__}.{family.name}")


def find(name: str) -> Workload:
    return next(program for program in [*all_workloads(), *all_faults()] if program.name == name)


def all_workloads() -> list[Workload]:
    _import_families("workloads")
    return _workloads


def all_faults() -> list[Fault]:
    _import_families("faults")
    return _faults
