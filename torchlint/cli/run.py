"""`torchlint run`: a script or module under the guard, as it is."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

import click

from torchlint.cli import Failure

if TYPE_CHECKING:
    from torchlint.runtime.findings import RuntimeFinding
    from torchlint.runtime.guard import Guard

_EPILOG = """\b
Examples:
  torchlint run train.py --epochs 3          everything after the script is its own
  torchlint run -m project.train --lr 0.1    a module, as python -m runs it
  torchlint run --action raise train.py      stop where an error shows
  torchlint run --ignore TLN301 train.py     leave checks out
  torchrun --nproc-per-node 2 -m torchlint run train.py

\b
Exit status: that of the script; 1 where it succeeds and the guard has found an error, 2 where it can't be run.
"""


@click.command(
    "run",
    short_help="Run a script under the guard.",
    epilog=_EPILOG,
    context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False},
)
@click.option("-m", "--module", "is_module", is_flag=True, help="SCRIPT is the name of a module.")
@click.option("--select", metavar="CODES", multiple=True, help="Apply these checks only: TLN503,TLN2.")
@click.option("--ignore", metavar="CODES", multiple=True, help="Leave these checks out.")
@click.option(
    "--action",
    type=click.Choice(["report", "raise"]),
    default="report",
    show_default=True,
    help="Report and go on, or raise at an error.",
)
@click.option("--every", type=click.IntRange(min=1), default=100, show_default=True, help="Steps between samples.")
@click.option("--protect", is_flag=True, help="On a GPU: never step on NaN, at the price of waiting in each step.")
@click.option(
    "--report",
    type=click.Path(dir_okay=False),
    help="Write what happens here, as JSON lines, for torchlint report; one file for each rank.",
)
@click.option("--record", type=click.Path(dir_okay=False), help="Add a row to this CSV file of experiments.")
@click.argument("script")
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def command(
    is_module: bool,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    action: str,
    every: int,
    protect: bool,
    report: str | None,
    record: str | None,
    script: str,
    arguments: tuple[str, ...],
) -> None:
    """Run SCRIPT with its ARGUMENTS under the guard. Models and optimizers are found as they step."""
    if not is_module and not Path(script).is_file():
        raise Failure(f"there is no file {script}")
    try:
        from torchlint.runtime import guard
        from torchlint.runtime.ranks import own_rank
    except ModuleNotFoundError as error:
        if error.name != "torch":
            raise
        raise Failure('the guard needs torch: pip install "torchlint[runtime]"') from None
    try:
        watch = guard.Guard(
            action="raise" if action == "raise" else _printer(own_rank() is None),
            select=",".join(select) or None,
            ignore=",".join(ignore) or None,
            every=every,
            protect=protect,
            report=report,
            record=record,
        )
    except ValueError as error:
        raise Failure(str(error)) from None
    try:
        status = _run(script, arguments, is_module, watch)
    except KeyboardInterrupt:
        if own_rank() is not None:
            # nothing was printed yet
            _print_summary(watch, failed=True)
        raise
    failed = any(finding.severity == "error" for finding in watch.findings)
    _print_summary(watch, failed=bool(status or failed))
    raise click.exceptions.Exit(status or int(failed))


def _printer(alone: bool) -> Callable[[RuntimeFinding], None]:
    """Print each finding when it shows; with several ranks, all are printed together at the end."""

    def show(finding: RuntimeFinding) -> None:
        if alone:
            from torchlint.runtime.render import print_findings

            print_findings([finding])

    return show


def _run(script: str, arguments: tuple[str, ...], is_module: bool, watch: Guard) -> int:
    """The exit status that `python SCRIPT` would have. A traceback shows the script's own frames."""
    from torchlint.runtime.script import run_module, run_script

    try:
        (run_module if is_module else run_script)(script, arguments, watch)
    except SystemExit as end:
        if end.code is None or isinstance(end.code, int):
            return end.code or 0
        click.echo(end.code, err=True)
        return 1
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        own = error.__traceback__
        while own is not None and not _is_theirs(own):
            own = own.tb_next
        traceback.print_exception(type(error), error, own or error.__traceback__)
        return 1
    return 0


def _is_theirs(trace: TracebackType) -> bool:
    file = trace.tb_frame.f_code.co_filename
    return not file.startswith((str(Path(__file__).parent.parent), "<frozen runpy")) and "runpy" not in Path(file).name


def _print_summary(watch: Guard, failed: bool) -> None:
    from torchlint.runtime.render import verdict
    from torchlint.runtime.together import print_told

    if watch.together is None:
        click.echo(f"torchlint: {verdict(watch.findings)}", err=True)
        return
    with watch.together.telling(failed, everyone=True) as told:
        if told is not None:
            print_told(told)
