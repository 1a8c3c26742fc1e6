"""The checks of a preflight, found by discovery: every module of this package that defines a `PreflightCheck`."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from torchlint.runtime.preflight.checks.base import PreflightCheck, Skip

__all__ = ["PreflightCheck", "Skip", "all_checks"]


@cache
def all_checks() -> tuple[type[PreflightCheck], ...]:
    """Every check of the package, in the order of the table."""
    checks: list[type[PreflightCheck]] = []
    for info in pkgutil.iter_modules(__path__):
        if info.name == "base" or info.name.startswith("_"):
            continue
        module = importlib.import_module(f"{__name__}.{info.name}")
        checks += [
            value
            for value in vars(module).values()
            if isinstance(value, type) and value.__module__ == module.__name__ and issubclass(value, PreflightCheck)
        ]
    return tuple(sorted(checks, key=lambda check: (check.order, check.name)))
