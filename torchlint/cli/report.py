"""`torchlint report`: what a run has told, in the terminal or as a page."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from torchlint.cli import Failure

if TYPE_CHECKING:
    from collections.abc import Callable

    from torchlint.runtime.report.reading import RunReport

_EPILOG = """\b
Examples:
  torchlint report run.jsonl               findings and last steps, here
  torchlint report run.jsonl -o run.html   one page with charts, which needs no network
                                           (of all ranks, where there are run.rank0.jsonl, run.rank1.jsonl and so on)
  torchlint report experiments.csv         the record of experiments, as a tree

\b
The log is written by torchlint.guard(model, report="run.jsonl") and torchlint run --report run.jsonl train.py,
the record by torchlint.guard(model, record="experiments.csv") and torchlint.preflight(..., record="experiments.csv").
Exit status: 0, or 2 where the file is no report or the page can't be written.
"""


@click.command("report", short_help="Show what guarded runs have told.", epilog=_EPILOG)
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="Write an HTML page here.")
@click.argument("file", type=click.Path(path_type=Path))
def command(output: Path | None, file: Path) -> None:
    """Show the run, or the record of experiments, that FILE tells of."""
    if file.suffix.lower() == ".csv":
        _show_record(file, output)
        return
    report = read_run(file)
    if output is None:
        from torchlint.runtime.report.terminal import print_run

        print_run(report, file.name)
        return
    write_page(report, file.stem, output)
    for note in report.notes:
        click.echo(f"note: {note}", err=True)


def write_page(report: RunReport, title: str, output: Path) -> None:
    """Write the page of a run. Raises `Failure` if that is not possible."""
    from torchlint.runtime.report.page import page

    _write(lambda: page(report, title), output)


def _write(make: Callable[[], str], output: Path) -> None:
    from torchlint.cli.output import write_bytes
    from torchlint.runtime.report.page import EXTRA

    try:
        text = make()
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] not in ("bokeh", "jinja2"):
            raise
        raise Failure(f"a page needs {error.name}: {EXTRA}") from None
    write_bytes(text.encode("utf-8", "replace"), output)


def _show_record(file: Path, output: Path | None) -> None:
    from torchlint.runtime.report.record import NotARecord, read_record
    from torchlint.runtime.report.tree import print_tree, tree_page

    try:
        rows = read_record(file)
    except NotARecord as error:
        raise Failure(f"{file}: {error}") from None
    except OSError as error:
        raise Failure(f"{file}: cannot be read: {error.strerror}") from None
    if output is None:
        print_tree(rows, file.name)
    else:
        _write(lambda: tree_page(rows, file.stem), output)


def read_run(file: Path) -> RunReport:
    """Read the log of a run. Raises `Failure` if that is not possible."""
    from torchlint.runtime.report import joining
    from torchlint.runtime.report.reading import NotAReport

    try:
        return joining.read_run(file)
    except NotAReport as error:
        raise Failure(f"{file}: {error}") from None
    except OSError as error:
        raise Failure(f"{file}: cannot be read: {error.strerror}") from None
