"""The checks, found by discovery: every module of this package that defines a `Check`."""

from __future__ import annotations

import sys
from functools import cache

from torchlint.discovery import classes_in
from torchlint.runtime.checks.base import Check

__all__ = ["Check", "all_checks"]


@cache
def all_checks() -> tuple[type[Check], ...]:
    """Every check of the package, by code."""
    return tuple(sorted(classes_in(sys.modules[__name__], Check), key=lambda check: check.code))
