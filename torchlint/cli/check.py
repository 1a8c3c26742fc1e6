"""`torchlint check`: lint files, folders or standard input."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from torchlint.cache.folder import FOLDER, VARIABLE
from torchlint.checking import Means, check
from torchlint.cli import Failure
from torchlint.cli.output import write_bytes, write_report
from torchlint.config import ALL, Config, ConfigError, find_config, parse_codes, parse_patterns, project_root
from torchlint.garbage import search_rarely
from torchlint.output import FORMATS, Report
from torchlint.texts import Texts

if TYPE_CHECKING:
    from torchlint.files import Target
    from torchlint.findings import Finding
    from torchlint.fixing import Fixed
    from torchlint.rules.base import Rule
    from torchlint.source import Source

#: The path that stands for standard input.
STDIN = "-"

_EPILOG = """\b
Examples:
  torchlint check                        lint the current folder
  torchlint check train.py notebooks/    lint a file and a folder
  torchlint check --select TLN2,TLN301   apply only some rules
  torchlint check --diff                 show what --fix would change
  torchlint check --fix                  fix what can be fixed without risk
  torchlint check --output-format sarif --output-file torchlint.sarif
  torchlint check --write-baseline torchlint-baseline.json
  torchlint check --baseline torchlint-baseline.json
  cat train.py | torchlint check --stdin-filename train.py -

\b
Exit status: 0 nothing found, 1 problems found, 2 the job could not be done.
With --fix, 1 means that problems remain; with --diff, that there is something to fix.
A file that can't be read is reported as TLN000 and counts as a problem.
"""

_FILE = click.Path(path_type=Path)


@click.command("check", short_help="Lint files, folders or standard input.", epilog=_EPILOG)
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path, allow_dash=True))
@click.option("--select", metavar="CODES", multiple=True, help="Apply these rules only: TLN201,TLN3, or ALL.")
@click.option("--extend-select", metavar="CODES", multiple=True, help="Apply these rules too.")
@click.option("--ignore", metavar="CODES", multiple=True, help="Do not apply these rules.")
@click.option("--exclude", metavar="PATTERN", multiple=True, help="Leave out files, in the syntax of .gitignore.")
@click.option("--fix", is_flag=True, help="Fix what can be fixed, and report what remains.")
@click.option("--unsafe-fixes", is_flag=True, help="Include fixes that change what the program computes.")
@click.option("--diff", is_flag=True, help="Show what --fix would change, and change nothing.")
@click.option("--show-fixes", is_flag=True, help="Tell what was fixed, file by file.")
@click.option("--output-format", type=click.Choice(FORMATS), default=FORMATS[0], show_default=True)
@click.option("--output-file", metavar="FILE", type=_FILE, help="Write what was found there, not to the terminal.")
@click.option("--statistics", is_flag=True, help="Count how often each rule was broken instead of telling where.")
@click.option("--add-noqa", is_flag=True, help="Write '# noqa: CODE' where something is found.")
@click.option("--report-unused-noqa", is_flag=True, help="Report comments that silence no rule of torchlint (TLN001).")
@click.option("--write-baseline", metavar="FILE", type=_FILE, help="Write what is found to a baseline.")
@click.option("--baseline", metavar="FILE", type=_FILE, help="Report only what is not in that baseline.")
@click.option("--exit-zero", is_flag=True, help="Exit with 0 also when problems were found.")
@click.option("--watch", is_flag=True, help="Lint again whenever a file changes; needs torchlint[watch].")
@click.option("--stdin-filename", metavar="NAME", type=Path, help="What standard input is called; implies '-'.")
@click.option("-j", "--jobs", type=click.IntRange(min=1), metavar="N", help="Processes; as many as is useful if unset.")
@click.option("--no-cache", is_flag=True, help="Lint every file anew, and keep nothing for the next run.")
@click.option(
    "--cache-dir",
    metavar="FOLDER",
    type=_FILE,
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
    fix: bool,
    unsafe_fixes: bool,
    diff: bool,
    show_fixes: bool,
    output_format: str,
    output_file: Path | None,
    statistics: bool,
    add_noqa: bool,
    report_unused_noqa: bool,
    write_baseline: Path | None,
    baseline: Path | None,
    exit_zero: bool,
    watch: bool,
    stdin_filename: Path | None,
    jobs: int | None,
    no_cache: bool,
    cache_dir: Path | None,
) -> None:
    """Lint PATHS: files, folders, or '-' for standard input; the current folder if there are none."""
    search_rarely()
    from_stdin = paths == (Path(STDIN),) or (stdin_filename is not None and not paths)
    if not from_stdin and (Path(STDIN) in paths or stdin_filename is not None):
        raise Failure("standard input can't be linted together with files")
    if from_stdin and (add_noqa or watch):
        raise Failure(f"{'--add-noqa' if add_noqa else '--watch'} needs files, not standard input")
    if sum(map(bool, (fix, diff, add_noqa, write_baseline, watch))) > 1:
        raise Failure("only one of --fix, --diff, --add-noqa, --write-baseline and --watch can be used at a time")
    if show_fixes and not (fix or diff):
        raise Failure("--show-fixes tells what --fix or --diff did: give one of them")
    if statistics and diff:
        raise Failure("--diff shows changes, of which --statistics counts none: leave one of them out")
    if write_baseline and baseline:
        raise Failure("a baseline is either written or used: give --write-baseline or --baseline")

    def configure() -> Config:
        first = stdin_filename if from_stdin else (paths or (Path(),))[0]
        config = find_config(first or Path(), _all_rules).override(
            select=_static_codes(select, "--select") if select else None,
            extend_select=_static_codes(extend_select, "--extend-select"),
            ignore=_codes(ignore, "--ignore") if ignore else None,
            exclude=parse_patterns(exclude, "--exclude"),
        )
        return replace(config, report_unused_noqa=report_unused_noqa)

    def run() -> bool:
        """Do it once; whether something was found."""
        config, found = configure(), _Found()

        def look() -> list[Finding]:
            if from_stdin:
                found.in_stdin(config, stdin_filename)
            else:
                found.in_files(paths or (Path(),), config, Means(jobs, not no_cache, cache_dir))
            if baseline is not None:
                found.leave_out(baseline)
            return found.findings

        if fix or diff:
            from torchlint.cli.fix import Fixer, show_diff, tell

            fixer = Fixer(config, unsafe_fixes)
            if from_stdin:
                wanted = look()
                change = fixer.change_of(found.data, found.shown, stdin_filename, project_root(stdin_filename), wanted)
                if diff:
                    return show_diff([change] if change else [], wanted, fixer, show_fixes, output_file)
                write_bytes(change.after if change else found.data)
                if change:
                    found.take(change.fixed)
                    fixer.fixed = change.fixed.fixed
                    if baseline is not None:
                        found.leave_out(baseline)
            elif diff:
                return show_diff(fixer.preview(look(), found.targets), found.findings, fixer, show_fixes, output_file)
            else:
                found.findings = fixer.fix_files(look, found.targets)
            report = Report(found.findings, found.texts, _all_rules, unsafe_fixes, len(fixer.fixed))
            write_report(report, output_format, statistics, output_file, sys.stderr if from_stdin else None)
            tell(fixer, len(found.findings), show_fixes, output_format == "full" and not output_file)
            return bool(found.findings)
        look()
        if write_baseline is not None:
            found.keep(write_baseline)
        elif add_noqa:
            from torchlint.cli.silence import silence

            found.findings = silence(found.findings, config)
        if not (add_noqa or write_baseline) or output_file:
            report = Report(found.findings, found.texts, _all_rules, unsafe_fixes)
            write_report(report, output_format, statistics, output_file)
        return bool(found.findings) and write_baseline is None

    if watch:
        from torchlint.cli.watch import watch as run_again

        run_again(paths or (Path(),), lambda: _told(run))
    elif _told(run) and not exit_zero:
        raise click.exceptions.Exit(1)


def _told(run: Callable[[], bool]) -> bool:
    try:
        return run()
    except ConfigError as error:
        raise Failure(str(error)) from None


def _all_rules() -> Iterable[Rule]:
    from torchlint.rules import all_rules

    return all_rules()


def _codes(values: Iterable[str], option: str) -> tuple[str, ...]:
    return parse_codes(",".join(values), _all_rules, option)


def _static_codes(values: Iterable[str], option: str) -> tuple[str, ...]:
    """Codes to look for: one that only the guard finds would silently find nothing."""
    codes = _codes(values, option)
    if codes:
        from torchlint.findings import UNREADABLE
        from torchlint.rules import static_rules

        static = [rule.code for rule in static_rules()]
        for code in codes:
            if code not in (ALL, UNREADABLE) and not any(known.startswith(code) for known in static):
                raise ConfigError(f"{option}: {code} is found in a running training, not in source: see torchlint run")
    return codes


@dataclass
class _Found:
    """What was found, and the text it was found in."""

    findings: list[Finding] = field(default_factory=list)
    sources: dict[str, Source] = field(default_factory=dict)
    targets: dict[str, Target] = field(default_factory=dict)
    #: standard input, and the name it is shown by
    data: bytes = b""
    shown: str = ""

    @property
    def texts(self) -> Texts:
        return Texts(self.sources)

    def in_stdin(self, config: Config, name: Path | None) -> None:
        from torchlint.linter import Linter, unreadable
        from torchlint.source import UnreadableError, source_from_text

        self.data = data = sys.stdin.buffer.read()
        self.shown = shown = str(name) if name is not None else "stdin"
        try:
            self.sources[shown] = source_from_text(data, shown, name)
            self.findings = Linter(config).lint_data(data, shown, name, project_root(name), named=True)
        except UnreadableError as error:
            self.findings = [unreadable(error, shown)]

    def take(self, fixed: Fixed) -> None:
        """What standard input became."""
        self.sources[self.shown], self.findings = fixed.source, fixed.remaining

    def in_files(self, paths: tuple[Path, ...], config: Config, means: Means) -> None:
        from torchlint.files import find_targets

        targets = find_targets(paths, config, means.memory)
        if not targets:
            click.echo("warning: no Python file or notebook to lint", err=True)
        self.targets |= {target.shown: target for target in targets}
        self.findings = check(targets, config, means)

    def leave_out(self, baseline: Path) -> None:
        from torchlint.baseline import without_baseline

        self.findings = without_baseline(baseline, self.findings, self.texts)

    def keep(self, baseline: Path) -> None:
        from torchlint.baseline import write_baseline

        write_baseline(baseline, self.findings, self.texts)
        count = len(self.findings)
        click.echo(f"Wrote {count} problem{'s' * (count != 1)} to {baseline}")
