"""`torchlint rule`: the pages of the rules."""

from __future__ import annotations

import json
import sys
from typing import Any

import click

from torchlint.cli import Failure
from torchlint.config import suggest
from torchlint.findings import DOCS_URL
from torchlint.pages import detectors, markdown
from torchlint.rules import Rule, StaticRule, all_rules

_EPILOG = """\b
Examples:
  torchlint rule                        the list of all rules
  torchlint rule TLN201                 the page of one rule
  torchlint rule missing-zero-grad      the same, by name
  torchlint rule --all --output-format json
"""


@click.command("rule", epilog=_EPILOG)
@click.argument("rule", metavar="[CODE|NAME]", required=False)
@click.option("--all", "every", is_flag=True, help="Show the pages of all rules.")
@click.option("--output-format", type=click.Choice(["text", "json"]), default="text", show_default=True)
def command(rule: str | None, every: bool, output_format: str) -> None:
    """Explain a rule; without one, list them."""
    if rule is not None and every:
        raise Failure("give the code of a rule or --all, not both")
    rules = [_find(rule)] if rule is not None else list(all_rules())
    if output_format == "json":
        pages = [_as_dict(shown) for shown in rules]
        click.echo(json.dumps(pages[0] if rule is not None else pages, indent=2))
    elif rule is None and not every:
        for shown in rules:
            opt_in = "" if shown.default else ", opt-in"
            fix = ", fix" if shown.fixable else ""
            click.echo(f"{shown.code}  {shown.name:<28}  {detectors(shown)}{fix}{opt_in}")
    else:
        _print_pages(rules)


def _find(wanted: str) -> Rule:
    names: dict[str, Rule] = {}
    for rule in all_rules():
        names |= {rule.code: rule, rule.name: rule}
    found = names.get(wanted.upper()) or names.get(wanted.lower())
    if found is None:
        raise Failure(f"unknown rule '{wanted}'{suggest(wanted.upper(), names) or suggest(wanted.lower(), names)}")
    return found


def _as_dict(rule: Rule) -> dict[str, Any]:
    return {
        "code": rule.code,
        "name": rule.name,
        "default": rule.default,
        "linter": isinstance(rule, StaticRule),
        "guard": rule.guarded,
        "fix": rule.fixable,
        "url": f"{DOCS_URL}/{rule.code}",
        "explanation": rule.page(),
    }


def _print_pages(rules: list[Rule]) -> None:
    text = "\n".join(markdown(rule) for rule in rules)
    if not sys.stdout.isatty():
        click.echo(text, nl=False)
        return
    from rich.console import Console
    from rich.markdown import Markdown

    Console().print(Markdown(text))
