"""The checks, found by discovery: every module of this package that defines a `Check`."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from torchlint.runtime.checks.base import Check

__all__ = ["Check", "all_checks"]


@cache
def all_checks() -> tuple[type[Check], ...]:
    """Every check of the package, by code."""
    checks: list[type[Check]] = []
    for info in pkgutil.iter_modules(__path__):
        if info.name == "base" or info.name.startswith("_"):
            continue
        module = importlib.import_module(f"{__name__}.{info.name}")
        checks += [
            value
            for value in vars(module).values()
            if isinstance(value, type) and value.__module__ == module.__name__ and issubclass(value, Check)
        ]
    return tuple(sorted(checks, key=lambda check: check.code))
