"""`torchlint check --add-noqa`: silence what is found, file by file."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

import click

from torchlint.add_noqa import with_noqa
from torchlint.atomic import write_atomically
from torchlint.cli import Failure
from torchlint.config import Config, project_root
from torchlint.findings import NO_RULES, Finding
from torchlint.linter import Linter
from torchlint.rewriting import NotPossibleError
from torchlint.source import UnreadableError, read_data, source_from_text


def silence(findings: Sequence[Finding], config: Config) -> list[Finding]:
    """Write the comments; returns what can't be silenced. Raises `Failure` where a file can't be written."""
    linter, left, silenced, files, failed = Linter(config), [], 0, 0, False
    for path, group in groupby(findings, key=lambda finding: finding.location.path):
        wanted = list(group)
        try:
            remaining = _silence_file(Path(path), wanted, linter)
        except (NotPossibleError, UnreadableError) as error:
            click.echo(f"warning: {path}: left as it is: {error}", err=True)
            left += wanted
            continue
        except OSError as error:
            click.echo(f"Error: {path}: cannot be written: {error.strerror}", err=True)
            left += wanted
            failed = True
            continue
        left += remaining
        silenced += len(wanted) - len(remaining)
        files += len(wanted) > len(remaining)
    click.echo(f"Silenced {silenced} problem{'s' * (silenced != 1)} in {files} file{'s' * (files != 1)}.")
    for finding in left:
        place = finding.location
        click.echo(f"not silenced: {place.path}:{place.row}:{place.column}: {finding.code} {finding.message}", err=True)
    if failed:
        raise Failure("not all files could be written")
    return left


def _silence_file(file: Path, wanted: list[Finding], linter: Linter) -> list[Finding]:
    """Silence findings in one file; returns those that are still found."""
    if all(finding.code in NO_RULES for finding in wanted):
        return wanted
    path = wanted[0].location.path
    data = read_data(file)
    # linted once more, so that the rows are those of the bytes that are written back
    found = [finding for finding in _lint(linter, data, file, path) if finding in wanted]
    if not found:
        raise NotPossibleError("it has changed since it was linted")
    new = with_noqa(source_from_text(data, path, file), found)
    after = {(finding.code, finding.location) for finding in _lint(linter, new, file, path)}
    if read_data(file) != data:
        raise NotPossibleError("it has changed since it was linted")
    if new != data:
        write_atomically(file, new)
    return [finding for finding in wanted if (finding.code, finding.location) in after]


def _lint(linter: Linter, data: bytes, file: Path, shown: str) -> list[Finding]:
    return linter.lint_data(data, shown, file, project_root(file), named=True)
