"""The catalogue, found by discovery: every module of this package that defines a `Rule`."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from torchlint.rules.base import Problem, Rule, StaticRule

__all__ = ["Problem", "Rule", "StaticRule", "all_rules", "static_rules"]


@cache
def all_rules() -> tuple[Rule, ...]:
    """Every rule of the package, by code."""
    rules: list[Rule] = []
    for info in pkgutil.iter_modules(__path__):
        if info.name == "base" or info.name.startswith("_"):
            continue
        module = importlib.import_module(f"{__name__}.{info.name}")
        rules += [
            value()
            for value in vars(module).values()
            # the module first: on Python 3.10 an alias such as tuple[int, ...] passes for a type, but not for a class
            if isinstance(value, type) and value.__module__ == module.__name__ and issubclass(value, Rule)
        ]
    return tuple(sorted(rules, key=lambda rule: rule.code))


def static_rules() -> tuple[StaticRule, ...]:
    """Those that the linter finds."""
    return tuple(rule for rule in all_rules() if isinstance(rule, StaticRule))
