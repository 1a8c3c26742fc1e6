"""`torchlint check`: lint files, folders or standard input."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from torchlint.cache.folder import FOLDER, VARIABLE
from torchlint.checking import Means, check
from torchlint.cli import Failure
from torchlint.cli.output import write_report
from torchlint.config import Config, ConfigError, find_config, parse_codes, project_root
from torchlint.output import FORMATS, Report
from torchlint.texts import Texts

if TYPE_CHECKING:
    from torchlint.findings import Finding
    from torchlint.rules.base import Rule
    from torchlint.source import Source

#: The path that stands for standard input.
STDIN = "-"

_EPILOG = """\b
Examples:
  torchlint check                        lint the current folder
  torchlint check train.py notebooks/    lint a file and a folder
  torchlint check --select TLN2,TLN301   apply only some rules
  torchlint check --output-format json   for other programs
  cat train.py | torchlint check --stdin-filename train.py -

\b
Exit status: 0 nothing found, 1 problems found, 2 the job could not be done.
A file that can't be read is reported as TLN000 and counts as a problem.
"""


@click.command("check", short_help="Lint files, folders or standard input.", epilog=_EPILOG)
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path, allow_dash=True))
@click.option("--select", metavar="CODES", multiple=True, help="Apply these rules only: TLN201,TLN3, or ALL.")
@click.option("--extend-select", metavar="CODES", multiple=True, help="Apply these rules too.")
@click.option("--ignore", metavar="CODES", multiple=True, help="Do not apply these rules.")
@click.option("--exclude", metavar="PATTERN", multiple=True, help="Leave out files, in the syntax of .gitignore.")
@click.option("--output-format", type=click.Choice(FORMATS), default=FORMATS[0], show_default=True)
@click.option(
    "--output-file",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Write the findings there; on the terminal, there is nothing then.",
)
@click.option("--statistics", is_flag=True, help="Count how often each rule was broken instead of telling where.")
@click.option("--exit-zero", is_flag=True, help="Exit with 0 also when problems were found.")
@click.option("--stdin-filename", metavar="NAME", type=Path, help="What standard input is called; implies '-'.")
@click.option("-j", "--jobs", type=click.IntRange(min=1), metavar="N", help="Processes; as many as is useful if unset.")
@click.option("--no-cache", is_flag=True, help="Lint every file anew, and keep nothing for the next run.")
@click.option(
    "--cache-dir",
    metavar="FOLDER",
    type=click.Path(path_type=Path),
    envvar=VARIABLE,
    show_envvar=True,
    help=f"Where answers are kept, instead of {FOLDER} in the root of the project.",
)
def command(
    paths: tuple[Path, ...],
    select: tuple[str, ...],
    extend_select: tuple[str, ...],
    ignore: tuple[str, ...],
    exclude: tuple[str, ...],
    output_format: str,
    output_file: Path | None,
    statistics: bool,
    exit_zero: bool,
    stdin_filename: Path | None,
    jobs: int | None,
    no_cache: bool,
    cache_dir: Path | None,
) -> None:
    """Lint PATHS: files, folders, or '-' for standard input; the current folder if there are none."""
    from_stdin = paths == (Path(STDIN),) or (stdin_filename is not None and not paths)
    if not from_stdin and (Path(STDIN) in paths or stdin_filename is not None):
        raise Failure("standard input can't be linted together with files")
    sources: dict[str, Source] = {}
    try:
        first = stdin_filename if from_stdin else (paths or (Path(),))[0]
        config = find_config(first or Path(), _all_rules).override(
            select=_codes(select, "--select") if select else None,
            extend_select=_codes(extend_select, "--extend-select"),
            ignore=_codes(ignore, "--ignore") if ignore else None,
            exclude=exclude,
        )
        if from_stdin:
            findings = _lint_stdin(config, stdin_filename, sources)
        else:
            findings = _lint_files(paths or (Path(),), config, Means(jobs, not no_cache, cache_dir))
    except ConfigError as error:
        raise Failure(str(error)) from None
    write_report(Report(findings, Texts(sources), _all_rules), output_format, statistics, output_file)
    if findings and not exit_zero:
        raise click.exceptions.Exit(1)


def _all_rules() -> Iterable[Rule]:
    from torchlint.rules import all_rules

    return all_rules()


def _codes(values: Iterable[str], option: str) -> tuple[str, ...]:
    return parse_codes(",".join(values), _all_rules, option)


def _lint_stdin(config: Config, name: Path | None, sources: dict[str, Source]) -> list[Finding]:
    from torchlint.linter import Linter, unreadable
    from torchlint.source import UnreadableError, source_from_text

    data = sys.stdin.buffer.read()
    shown = str(name) if name is not None else "stdin"
    try:
        sources[shown] = source_from_text(data, shown, name)
        return Linter(config).lint_data(data, shown, name, project_root(name), named=True)
    except UnreadableError as error:
        return [unreadable(error, shown)]


def _lint_files(paths: tuple[Path, ...], config: Config, means: Means) -> list[Finding]:
    from torchlint.files import find_targets

    targets = find_targets(paths, config)
    if not targets:
        click.echo("warning: no Python file or notebook to lint", err=True)
    return check(targets, config, means)
