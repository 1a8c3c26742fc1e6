"""The pages of the rules, as the command, editors and the site show them."""

from __future__ import annotations

from torchlint.rules import Rule, StaticRule


def detectors(rule: Rule) -> str:
    """Which halves of torchlint find it."""
    return ", ".join([*(["linter"] if isinstance(rule, StaticRule) else []), *(["guard"] if rule.guarded else [])])


def markdown(rule: Rule) -> str:
    """A whole page."""
    opt_in = "" if rule.default else "\n\nThis rule is off by default; switch it on with `--extend-select`."
    return f"# {rule.name} ({rule.code})\n\nFound by: {detectors(rule)}.{opt_in}\n\n{rule.page()}\n"


def introduction(page: str) -> str:
    """What stands under the first heading of a page, in one line."""
    return " ".join(page.partition("\n")[2].split("\n\n")[0].split())


def summary(page: str) -> str:
    """The first sentence of a page."""
    return introduction(page).partition(". ")[0].rstrip(".") + "."
