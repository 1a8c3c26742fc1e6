"""How findings are shown: one module per format, each with a `render` function."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TextIO, cast

from torchlint.findings import UNUSED_NOQA, Finding, Location, applicable

if TYPE_CHECKING:
    from torchlint.rules.base import Rule
    from torchlint.texts import Texts

#: Names of the formats, the default first; each has a module, with `_` for `-`.
FORMATS = ("full", "concise", "grouped", "json", "json-lines", "sarif", "github", "gitlab", "junit")


@dataclass(frozen=True)
class Report:
    """What a run has found, and where more about it can be read."""

    findings: Sequence[Finding]
    texts: Texts
    #: the pages, loaded only for the formats that show them
    rules: Callable[[], Iterable[Rule]]
    #: whether fixes that are not safe may be applied
    unsafe_fixes: bool = False
    #: how many problems were there that are fixed, None if nothing was to be fixed
    fixed: int | None = None

    def mark(self, finding: Finding) -> str:
        """`[*] ` for a finding that `--fix` fixes, as ruff shows it."""
        return "[*] " if applicable(finding, self.unsafe_fixes) else ""


class Renderer(Protocol):
    def __call__(self, report: Report, out: TextIO) -> None: ...


def renderer(name: str) -> Renderer:
    """The function that writes a report in the format called `name`."""
    module = importlib.import_module(f"torchlint.output.{name.replace('-', '_')}")
    return cast(Renderer, module.render)


def place(location: Location) -> str:
    """`12:5`, in a notebook `cell 3:12:5`."""
    cell = f"cell {location.cell}:" if location.cell is not None else ""
    return f"{cell}{location.row}:{location.column}"


def told(finding: Finding) -> str:
    """The message for readers that see the row of the file but not that of the cell."""
    location = finding.location
    cell = f"cell {location.cell}, row {location.row}: " if location.cell is not None else ""
    return cell + finding.message


def is_note(finding: Finding) -> bool:
    """Whether nothing is wrong with the program, only with what is said about it."""
    return finding.code == UNUSED_NOQA
