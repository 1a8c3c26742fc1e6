"""For people: the source line with the span underlined, the other places of the story, and what to write instead."""

from __future__ import annotations

import os
from typing import TextIO

import click

from torchlint.findings import NO_RULES, Finding, Location, applicable
from torchlint.output import Report, place

#: A longer line (of generated code, say) is cut to the part around the span.
WIDEST = 160

#: What a tab is shown as, in the line and under it.
TAB = "    "

# the terminal's codes for what is said
_BOLD, _DIM, _RED, _BLUE, _CYAN = "1", "2", "1;31", "1;34", "1;36"


def render(report: Report, out: TextIO) -> None:
    page = _Page(out, report)
    for finding in report.findings:
        page.show(finding)
    page.write(_summary(report))
    hint = _fixable(report)
    if hint:
        page.write(hint)


class _Page:
    def __init__(self, out: TextIO, report: Report) -> None:
        self._out = out
        self._report = report
        self._colour = _wants_colour(out)

    def write(self, line: str = "") -> None:
        # click knows the terminals of all systems
        click.echo(line, file=self._out, color=self._colour)

    def _paint(self, text: str, code: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self._colour else text

    def show(self, finding: Finding) -> None:
        where = self._paint(_clean(_place(finding.location)), _BOLD)
        code = self._paint(finding.code, _RED)
        self.write(f"{where}: {code} {self._report.mark(finding)}[{finding.name}] {_clean(finding.message)}")
        self._frame(finding.location, _RED)
        for related in finding.related:
            self.write(f"{self._paint('  = ', _BLUE)}{_clean(related.message)} ({_clean(_place(related.location))})")
            self._frame(related.location, _BLUE)
        if finding.help:
            self.write(f"{self._paint('  = help: ', _CYAN)}{_clean(finding.help)}")
        if finding.fix is not None:
            safety = "" if finding.fix.safe else " (unsafe)"
            self.write(f"{self._paint(f'  = fix{safety}: ', _CYAN)}{_clean(finding.fix.message)}")
        if finding.code not in NO_RULES:
            self.write(self._paint(f"  = page: {finding.url}", _DIM))
        self.write()

    def _frame(self, location: Location, colour: str) -> None:
        """The line of a place, with the place underlined."""
        line = self._report.texts.line(location)
        if line is None or not line.strip():
            return
        start = location.column - 1
        end = location.end_column - 1 if location.end_row == location.row else len(line)
        cut = max(0, start - 40) if len(line) > WIDEST else 0
        shown = _clean(line[cut : cut + WIDEST])
        margin = "".join(TAB if letter == "\t" else " " for letter in shown[: start - cut])
        carets = "^" * max(1, min(end, cut + WIDEST) - start)
        number = f"{location.row:>6} | "
        self.write(self._paint(number, _DIM) + shown.replace("\t", TAB))
        self.write(self._paint(" " * (len(number) - 2) + "| ", _DIM) + margin + self._paint(carets, colour))


def _wants_colour(out: TextIO) -> bool:
    # https://no-color.org and https://force-color.org
    if os.environ.get("NO_COLOR"):
        return False
    return bool(os.environ.get("FORCE_COLOR")) or (out.isatty() and os.environ.get("TERM") != "dumb")


def _place(location: Location) -> str:
    return f"{location.path}:{place(location)}"


def _clean(text: str) -> str:
    """Text that can't steer the terminal: control characters are shown, not sent."""
    if text.isprintable():
        return text
    return "".join(letter if letter.isprintable() or letter == "\t" else "\ufffd" for letter in text)


def _summary(report: Report) -> str:
    count = len(report.findings)
    if report.fixed:
        return f"Fixed {report.fixed} problem{'s' * (report.fixed != 1)}, {count} remaining."
    if not count:
        return "No silent bugs found."
    files = len({finding.location.path for finding in report.findings})
    return f"Found {count} problem{'s' * (count != 1)} in {files} file{'s' * (files != 1)}."


def _fixable(report: Report) -> str:
    """How much could be fixed, as a hint for those who did not ask."""
    now = sum(applicable(finding, report.unsafe_fixes) is not None for finding in report.findings)
    later = sum(finding.fix is not None for finding in report.findings) - now
    if report.fixed is not None:
        # what could be fixed is; what is left over was told why
        now = 0
    if now and later:
        return f"[*] {now} fixable with --fix, {later} more with --unsafe-fixes."
    if now:
        return f"[*] {now} fixable with --fix{' --unsafe-fixes' if report.unsafe_fixes else ''}."
    return f"{later} fixable with --fix --unsafe-fixes." if later else ""
