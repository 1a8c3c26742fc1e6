"""A page for each rule, and the catalogue as a table, both from the rules themselves."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

from torchlint.pages import markdown, summary
from torchlint.rules import Rule, StaticRule, all_rules

#: What the rules of a hundred are about.
GROUPS = {
    "1": "Gradients",
    "2": "Losses",
    "3": "Train and eval",
    "4": "Shapes",
    "5": "Numbers",
    "6": "Modules",
    "7": "Data and scale",
}

_HEAD = """# Rules

One bug, one code, one page. **Linter**: found in source by `torchlint check`. **Guard**: found in a running training by
`torchlint.guard` or `torchlint run`. **Fix**: `--fix` can mend it; the page says how safe that is. Rules that are
*opt-in* are switched on by their code: see [Configuration](../configuration.md).
"""

_TABLE = """
## {title}

| code | name | | linter | guard | fix |
|---|---|---|---|---|---|
"""

_TAIL = """
## No rules

| code | name | |
|---|---|---|
| [TLN000](TLN000.md) | unreadable-file | what could not be linted |
| [TLN001](TLN001.md) | unused-noqa | comments that silence nothing, with `--report-unused-noqa` |
"""


def pages() -> dict[str, str]:
    return {"rules/index.md": _index(all_rules())} | {f"rules/{rule.code}.md": _page(rule) for rule in all_rules()}


def group(rule: Rule) -> str:
    return GROUPS.get(rule.code[3], "More")


def _index(rules: Iterable[Rule]) -> str:
    tables = (
        _TABLE.format(title=title) + "".join(_row(rule) for rule in members) for title, members in groupby(rules, group)
    )
    return "".join([_HEAD, *tables, _TAIL])


def _row(rule: Rule) -> str:
    linter = ("yes" if rule.default else "opt-in") if isinstance(rule, StaticRule) else ""
    guard, fix = ("yes" if has else "" for has in (rule.guarded, rule.fixable))
    # a bar inside of code would end the cell
    text = summary(rule.page()).replace("|", "\\|")
    return f"| [{rule.code}]({rule.code}.md) | {rule.name} | {text} | {linter} | {guard} | {fix} |\n"


def _page(rule: Rule) -> str:
    ways = []
    if isinstance(rule, StaticRule):
        ways.append(f"in source by [`# noqa: {rule.code}`](../suppressing.md)")
    if rule.guarded:
        ways.append(f'in [the guard](../guard.md#options) by `ignore=["{rule.code}"]`')
    return f"{markdown(rule)}\n---\n\nSilence it {' and '.join(ways)}. [All rules](index.md)\n"
