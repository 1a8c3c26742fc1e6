"""The checks of a preflight, found by discovery: every module of this package that defines a `PreflightCheck`."""

from __future__ import annotations

import sys
from functools import cache

from torchlint.discovery import classes_in
from torchlint.runtime.preflight.checks.base import PreflightCheck, Skip

__all__ = ["PreflightCheck", "Skip", "all_checks"]


@cache
def all_checks() -> tuple[type[PreflightCheck], ...]:
    """Every check of the package, in the order of the table."""
    checks = classes_in(sys.modules[__name__], PreflightCheck)  # type: ignore[type-abstract]
    return tuple(sorted(checks, key=lambda check: (check.order, check.name)))
