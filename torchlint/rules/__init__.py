"""The catalogue, found by discovery: every module of this package that defines a `Rule`."""

from __future__ import annotations

import sys
from functools import cache

from torchlint.discovery import classes_in
from torchlint.rules.base import Problem, Rule, StaticRule

__all__ = ["Problem", "Rule", "StaticRule", "all_rules", "static_rules"]


@cache
def all_rules() -> tuple[Rule, ...]:
    """Every rule of the package, by code."""
    return tuple(sorted((rule() for rule in classes_in(sys.modules[__name__], Rule)), key=lambda rule: rule.code))


def static_rules() -> tuple[StaticRule, ...]:
    """Those that the linter finds."""
    return tuple(rule for rule in all_rules() if isinstance(rule, StaticRule))
