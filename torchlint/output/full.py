"""For people: the source line with the span underlined, the other places of the story, and what to write instead."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from torchlint.findings import UNREADABLE, Finding, Location
from torchlint.output.concise import place
from torchlint.source import Source, UnreadableError, read_source

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

#: A longer line (of generated code, say) is cut to the part around the span.
WIDEST = 160

#: What a tab is shown as, in the line and under it.
TAB = "    "


def render(findings: Sequence[Finding], out: TextIO, sources: Mapping[str, Source]) -> None:
    from rich.console import Console

    # rich takes NO_COLOR at its word and keeps bold and dim; who sets it wants plain text
    plain = bool(os.environ.get("NO_COLOR"))
    console = Console(
        file=out, color_system=None if plain else "auto", highlight=False, soft_wrap=True, emoji=False, markup=False
    )
    texts = _Texts(sources)
    for finding in findings:
        _render_one(finding, console, texts)
    console.print(_summary(findings))


def _render_one(finding: Finding, console: Console, texts: _Texts) -> None:
    from rich.text import Text

    console.print(
        Text.assemble(
            (_clean(place(finding.location)), "bold"),
            ": ",
            (finding.code, "bold red"),
            f" [{finding.name}] {_clean(finding.message)}",
        )
    )
    _print_frame(console, finding.location, texts, "red")
    for related in finding.related:
        text = f"  = {_clean(related.message)} ({_clean(place(related.location))})"
        console.print(Text.assemble((text[:4], "bold blue"), text[4:]))
        _print_frame(console, related.location, texts, "blue")
    if finding.help:
        console.print(Text.assemble(("  = help: ", "bold cyan"), _clean(finding.help)))
    if finding.code != UNREADABLE:
        console.print(Text.assemble(("  = page: ", "dim"), (finding.url, "dim")))
    console.print()


def _print_frame(console: Console, location: Location, texts: _Texts, style: str) -> None:
    line = texts.line(location)
    if line is None or not line.strip():
        return
    start = location.column - 1
    end = location.end_column - 1 if location.end_row == location.row else len(line)
    cut = max(0, start - 40) if len(line) > WIDEST else 0
    shown = _clean(line[cut : cut + WIDEST])
    margin = "".join(TAB if letter == "\t" else " " for letter in shown[: start - cut])
    carets = "^" * max(1, min(end, cut + WIDEST) - start)
    for frame in _gutter(location.row, shown.replace("\t", TAB), margin, carets, style):
        console.print(frame)


def _gutter(row: int, line: str, margin: str, carets: str, style: str) -> Iterable[Text]:
    from rich.text import Text

    number = f"{row:>6} | "
    yield Text.assemble((number, "dim"), line)
    yield Text.assemble((" " * (len(number) - 2) + "| ", "dim"), margin, (carets, style))


def _clean(text: str) -> str:
    """Text that can't steer the terminal: control characters are shown, not sent."""
    if text.isprintable():
        return text
    return "".join(letter if letter.isprintable() or letter == "\t" else "\ufffd" for letter in text)


def _summary(findings: Sequence[Finding]) -> str:
    if not findings:
        return "No silent bugs found."
    files = len({finding.location.path for finding in findings})
    count = len(findings)
    return f"Found {count} problem{'s' * (count != 1)} in {files} file{'s' * (files != 1)}."


class _Texts:
    """The lines of the files that findings name."""

    def __init__(self, given: Mapping[str, Source]) -> None:
        self._given = given
        self._read = lru_cache(maxsize=16)(_read)

    def line(self, location: Location) -> str | None:
        source = self._given.get(location.path) or self._read(location.path)
        if source is None:
            return None
        lines, row = source.lines, source.row(location.cell, location.row)
        return lines[row - 1] if 0 < row <= len(lines) else None


def _read(path: str) -> Source | None:
    try:
        return read_source(Path(path))
    except UnreadableError:
        return None
