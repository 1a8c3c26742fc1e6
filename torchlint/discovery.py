"""Finds what a package holds: a rule, or a check, is there once its file is."""

from __future__ import annotations

import importlib
import pkgutil
from types import ModuleType
from typing import TypeVar

T = TypeVar("T")


def classes_in(package: ModuleType, kind: type[T]) -> list[type[T]]:
    """The classes derived from `kind` that the modules of a package define, but for `base` and private modules."""
    found: list[type[T]] = []
    for info in pkgutil.iter_modules(package.__path__):
        if info.name == "base" or info.name.startswith("_"):
            continue
        module = importlib.import_module(f"{package.__name__}.{info.name}")
        found += [
            value
            for value in vars(module).values()
            # the module first: on Python 3.10 an alias such as tuple[int, ...] passes for a type, but not for a class
            if isinstance(value, type) and value.__module__ == module.__name__ and issubclass(value, kind)
        ]
    return found
