"""`torchlint check --fix` and `--diff`: fix what is found, file by file, and look again."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

import click

from torchlint.atomic import write_atomically
from torchlint.cli import Failure
from torchlint.cli.output import write_bytes
from torchlint.config import Config
from torchlint.files import Target
from torchlint.findings import Finding, applicable
from torchlint.fixing import Fixed, Refused, fix_source
from torchlint.linter import Linter
from torchlint.rewriting import NotPossibleError
from torchlint.source import Source, UnreadableError, read_data, source_from_text

#: Times that all files are looked at, besides once for each: a fix in one may change what is found in another.
PASSES = 20


@dataclass
class Fixer:
    """Fixes what one run finds. Whatever is left as it is, the user is told why."""

    config: Config
    unsafe: bool
    fixed: list[Finding] = field(default_factory=list)
    #: whether a file could not be written
    failed: bool = False
    #: files that are left alone from now on
    _blocked: set[str] = field(default_factory=set)
    #: what is found in a file that nothing more can be done about
    _settled: dict[str, list[Finding]] = field(default_factory=dict)
    _told: set[Finding] = field(default_factory=set)

    def fix_files(self, look: Callable[[], list[Finding]], targets: Mapping[str, Target]) -> list[Finding]:
        """Fix the files in which `look` finds something; returns what it finds in the end."""
        found, together = look(), True
        for _ in range(PASSES + len(targets)):
            changes = self._write(found, targets, None if together else 1)
            if not changes:
                break
            after = look()
            new = _new(found, after, changes)
            if new is None:
                found = after
                self.fixed += [finding for change in changes for finding in change.fixed.fixed]
                continue
            # a fix changed what another file means
            for change in changes:
                self._restore(change)
            if len(changes) == 1:
                place = new.location
                reason = f"it would bring {new.code} in {place.path}:{place.row}: {new.message}"
                for finding in changes[0].fixed.fixed:
                    self._tell(Refused(finding, reason))
                self._blocked.add(changes[0].path)
            together = False
        return found

    def _write(self, found: Sequence[Finding], targets: Mapping[str, Target], most: int | None) -> list[Change]:
        changes: list[Change] = []
        for change in self._changes(found, targets):
            if len(changes) == most:
                break
            path = change.path
            try:
                if read_data(change.file) != change.before:
                    raise NotPossibleError("it has changed since it was linted")
                write_atomically(change.file, change.after)
            except (NotPossibleError, UnreadableError) as error:
                self._leave(path, str(error))
            except OSError as error:
                click.echo(f"Error: {path}: cannot be written: {error.strerror}", err=True)
                self._blocked.add(path)
                self.failed = True
            else:
                changes.append(change)
        return changes

    def _restore(self, change: Change) -> None:
        try:
            if read_data(change.file) == change.after:
                write_atomically(change.file, change.before)
        except (OSError, UnreadableError) as error:
            click.echo(f"Error: {change.path}: a fix cannot be taken back: {error}", err=True)
            self._blocked.add(change.path)
            self.failed = True
        self._settled.pop(change.path, None)

    def preview(self, found: Sequence[Finding], targets: Mapping[str, Target]) -> list[Change]:
        """The changes that fixing would make, file by file."""
        return list(self._changes(found, targets))

    def _changes(self, found: Sequence[Finding], targets: Mapping[str, Target]) -> Iterator[Change]:
        seen: set[Path] = set()
        for path, wanted in _by_path(found):
            file = targets[path].file.resolve()
            # a file that has two names, by a link, is fixed once
            if path in self._blocked or wanted == self._settled.get(path) or file in seen:
                continue
            change = self._change(targets[path], wanted)
            if change is not None:
                seen.add(file)
                yield change

    def _change(self, target: Target, wanted: list[Finding]) -> Change | None:
        """What becomes of a file, None if it stays as it is."""
        if not any(applicable(finding, self.unsafe) for finding in wanted):
            return None
        try:
            data = read_data(target.file)
        except UnreadableError as error:
            self._leave(target.shown, str(error))
            return None
        return self.change_of(data, target.shown, target.file, target.root, wanted, target.named)

    def change_of(
        self, data: bytes, shown: str, file: Path | None, root: Path, wanted: Sequence[Finding], named: bool = True
    ) -> Change | None:
        """What becomes of the bytes of a file when those of its findings are fixed that are wanted."""

        def lint(data: bytes) -> list[Finding]:
            # with no memory of what the file was before
            with closing(Linter(self.config)) as linter:
                return linter.lint_data(data, shown, file, root, named)

        if not any(applicable(finding, self.unsafe) for finding in wanted):
            return None
        try:
            found = lint(data)
            if not any(finding in wanted for finding in found):
                raise NotPossibleError("it has changed since it was linted")
            left = [finding for finding in found if finding not in wanted]
            fixed = fix_source(source_from_text(data, shown, file), found, lint, self.unsafe, left)
        except (NotPossibleError, UnreadableError) as error:
            self._leave(shown, str(error))
            return None
        for refused in fixed.refused:
            self._tell(refused)
        self._settled[shown] = fixed.remaining
        return Change(shown, file or Path(), data, fixed) if fixed.source.data != data else None

    def _leave(self, path: str, reason: str) -> None:
        click.echo(f"warning: {path}: left as it is: {reason}", err=True)
        self._blocked.add(path)

    def _tell(self, refused: Refused) -> None:
        if refused.finding not in self._told:
            self._told.add(refused.finding)
            finding, place = refused.finding, refused.finding.location
            cell = f"cell {place.cell}:" if place.cell is not None else ""
            where = f"{place.path}:{cell}{place.row}:{place.column}"
            click.echo(f"warning: {where}: {finding.code} is not fixed: {refused.reason}", err=True)


@dataclass(frozen=True)
class Change:
    """A file and what becomes of it."""

    path: str
    file: Path
    before: bytes
    fixed: Fixed

    @property
    def after(self) -> bytes:
        return self.fixed.source.data


def _by_path(findings: Iterable[Finding]) -> list[tuple[str, list[Finding]]]:
    return [(path, list(group)) for path, group in groupby(findings, key=lambda finding: finding.location.path)]


def _new(before: Iterable[Finding], after: Iterable[Finding], changes: Iterable[Change]) -> Finding | None:
    """A finding that was not there before, in whatever file."""
    expected = {(finding.code, finding.location) for finding in before}
    for change in changes:
        expected |= {(finding.code, finding.location) for finding in change.fixed.remaining}
    return next((finding for finding in after if (finding.code, finding.location) not in expected), None)


# ------------------------------------------------------------------ what is shown


def tell(fixer: Fixer, remaining: int, show_fixes: bool, summed_up: bool) -> None:
    """Tell on standard error what was done; `summed_up` if the report has done so. Raises `Failure` after a failure."""
    if fixer.fixed and not summed_up:
        click.echo(f"Fixed {_problems(len(fixer.fixed))}, {remaining} remaining.", err=True)
    if show_fixes:
        _list(fixer.fixed)
    if fixer.failed:
        raise Failure("not all files could be written")


def show_diff(
    changes: Sequence[Change], found: Sequence[Finding], fixer: Fixer, show_fixes: bool, file: Path | None
) -> bool:
    """Print what would change, or write it to a file; whether anything would."""
    write_bytes(b"".join(map(diff, changes)), file)
    fixed = [finding for change in changes for finding in change.fixed.fixed]
    more = sum(finding.fix is not None and applicable(finding, fixer.unsafe) is None for finding in found)
    hint = f" ({more} more with --unsafe-fixes)" if more else ""
    click.echo(f"Would fix {_problems(len(fixed))}{hint}.", err=True)
    if show_fixes:
        _list(fixed)
    return bool(changes)


def _problems(count: int) -> str:
    return f"{count} problem{'s' * (count != 1)}"


def _list(fixed: Iterable[Finding]) -> None:
    """What was fixed, in each file."""
    for path, group in _by_path(sorted(fixed, key=lambda finding: finding.sort_key)):
        click.echo(f"- {path}:", err=True)
        counts = Counter((finding.code, finding.name) for finding in group)
        for (code, name), count in sorted(counts.items()):
            click.echo(f"    {count} x {code} ({name})", err=True)


def diff(change: Change) -> bytes:
    """The change of a file as a patch; of a notebook, the changes of its cells, for people."""
    before, after = source_from_text(change.before, change.path, None), change.fixed.source
    if before.cells is None:
        return _diff(change.path, change.before, change.after)
    texts = zip(_cells(before), _cells(after), strict=True)
    return b"".join(_diff(f"{change.path}:cell {n}", *pair) for n, pair in enumerate(texts, 1) if pair[0] != pair[1])


def _cells(source: Source) -> list[bytes]:
    return [source.cell_text(cell).encode("utf-8", "backslashreplace") for cell in source.cells or ()]


def _diff(path: str, before: bytes, after: bytes) -> bytes:
    name = path.encode("utf-8", "surrogateescape")
    lines = difflib.diff_bytes(difflib.unified_diff, _lines(before), _lines(after), name, name)
    return b"".join(line if line.endswith(b"\n") else line + b"\n\\ No newline at end of file\n" for line in lines)


def _lines(data: bytes) -> list[bytes]:
    lines = [line + b"\n" for line in data.split(b"\n")]
    lines[-1] = lines[-1][:-1]
    return lines if lines[-1] else lines[:-1]
