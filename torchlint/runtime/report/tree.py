"""The record of experiments as a tree: in the terminal, and as a page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from torchlint.runtime.report.record import BRANCHES

Row = Mapping[str, str]

#: what a cell of the tree says that was left empty
NOTHING = "(none)"
_COLOURS = {"passed": "green", "failed": "bold red", "warning": "yellow", "interrupted": "yellow"}


def tree(rows: Sequence[Row], branches: Sequence[str] = BRANCHES) -> list[dict[str, Any]]:
    """Nested branches in the order in which they first came: kind, label, the rows below, and their branches."""
    if not branches:
        return []
    kind, *rest = branches
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(row.get(kind) or NOTHING, []).append(row)
    return [
        {"kind": kind, "label": label, "rows": group, "branches": tree(group, rest), "failed": _failed(group)}
        for label, group in groups.items()
    ]


def _failed(rows: Sequence[Row]) -> int:
    return sum(row.get("status") == "failed" for row in rows)


def columns(rows: Sequence[Row]) -> list[str]:
    """Those that are no branches and say something somewhere; also those that people have added."""
    names = dict.fromkeys(name for row in rows for name in row)
    return [name for name in names if name not in BRANCHES and any(row.get(name) for row in rows)]


def print_tree(rows: Sequence[Row], name: str) -> None:
    from rich.console import Console
    from rich.text import Text
    from rich.tree import Tree

    shown = columns(rows)

    def grow(into: Tree, branches: list[dict[str, Any]]) -> None:
        for branch in branches:
            text = Text.assemble((f"{branch['kind']} ", "dim"), (branch["label"], "bold"))
            twig = into.add(text)
            grow(twig, branch["branches"])
            if not branch["branches"]:
                for row in branch["rows"]:
                    twig.add(_leaf(row, shown))

    root = Tree(Text(f"{name}: {len(rows)} experiment{'s' * (len(rows) != 1)}, {_failed(rows)} failed"))
    grow(root, tree(rows))
    Console(highlight=False, emoji=False).print(root)


def _leaf(row: Row, shown: Sequence[str]) -> Any:
    from rich.text import Text

    status = row.get("status", "")
    text = Text.assemble((status or "-", _COLOURS.get(status, "")))
    if row.get("parameter") or row.get("values"):
        text.append(f"  {row.get('parameter', '')} = {row.get('values', '')}")
    if row.get("skill"):
        text.append(f"  {row['skill']}")
    for name in shown:
        if name not in ("status", "parameter", "values", "skill") and row.get(name):
            text.append(f"\n{name}: ", "dim").append(row[name], "default")
    return text


def tree_page(rows: Sequence[Row], title: str) -> str:
    """The HTML. Raises `ModuleNotFoundError` where Jinja2 is missing."""
    from torchlint.runtime.report.page import render

    return render(
        "experiments.html.j2", title=title, rows=rows, failed=_failed(rows), tree=tree(rows), columns=columns(rows)
    )
