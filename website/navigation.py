"""The order of the pages. What is not named here comes at the end, so that no page is lost."""

from __future__ import annotations

import json
from collections.abc import Iterable
from itertools import groupby
from typing import TypeAlias

from torchlint.rules import all_rules
from website.rules import group

#: A page by its file, with a title of its own, or several pages under a title.
Entry: TypeAlias = "str | dict[str, str | list[Entry]]"

FIRST: list[Entry] = [
    {"torchlint": "index.md"},
    {"Getting started": "getting-started.md"},
    {
        "Using it": [
            "configuration.md",
            "suppressing.md",
            "fixing.md",
            "output.md",
            "editors.md",
            "ci.md",
            "notebooks.md",
            "commands.md",
        ]
    },
]

LAST: list[Entry] = [{"Behind it": ["architecture.md", "contributing.md", "changelog.md"]}]

#: How the names of pages on the other half begin.
RUNNING = ("guard", "preflight", "frameworks")


def toml(pages: Iterable[str]) -> str:
    return f"nav = {_value(_entries(list(pages)))}\n"


def _entries(pages: list[str]) -> list[Entry]:
    groups: list[Entry] = [
        {title: [{f"{rule.code} {rule.name}": f"rules/{rule.code}.md"} for rule in members]}
        for title, members in groupby(all_rules(), group)
    ]
    rules: list[Entry] = ["rules/index.md", *groups, "rules/TLN000.md", "rules/TLN001.md"]
    running: list[Entry] = sorted((page for page in pages if page.startswith(RUNNING)), key=len)
    middle: list[Entry] = [{"While training runs": running}, {"Rules": rules}]
    named = set(_files([*FIRST, *middle, *LAST]))
    others: list[Entry] = [page for page in pages if page not in named]
    more: list[Entry] = [{"More": others}] if others else []
    return [*FIRST, *middle, *more, *LAST]


def _files(entries: Iterable[Entry]) -> Iterable[str]:
    for entry in entries:
        if isinstance(entry, str):
            yield entry
        else:
            for value in entry.values():
                yield from [value] if isinstance(value, str) else _files(value)


def _value(entry: Entry | list[Entry]) -> str:
    """An entry in TOML, whose strings are those of JSON."""
    if isinstance(entry, str):
        return json.dumps(entry)
    if isinstance(entry, dict):
        return "{ " + ", ".join(f"{json.dumps(key)} = {_value(value)}" for key, value in entry.items()) + " }"
    return "[\n" + "".join(f"  {_value(item)},\n" for item in entry) + "]"
