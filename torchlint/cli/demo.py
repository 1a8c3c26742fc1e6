"""`torchlint demo`: a training with a bug, watched."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from torchlint.cli import Failure

if TYPE_CHECKING:
    from torchlint.runtime.findings import RuntimeFinding

_FOLDER = Path(__file__).parent.parent / "runtime" / "demos"
#: named after the rule that finds them, the first is the default
_BUGS = ("non-finite", "missing-zero-grad", "softmax-into-cross-entropy")

#: the runs are short: look closely more often than by default
EVERY = 20

_EPILOG = """\b
Examples:
  torchlint demo                          a softmax by hand overflows, and the loss becomes NaN
  torchlint demo --bug missing-zero-grad  gradients are never cleared
  torchlint demo -o first.html            where the page goes
"""


@click.command("demo", short_help="Watch a small training go wrong, and get its report.", epilog=_EPILOG)
@click.option("--bug", type=click.Choice(_BUGS), default=_BUGS[0], show_default=True, help="What is wrong in it.")
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path("torchlint-demo.html"),
    show_default=True,
    help="The page; the log stands beside it, as .jsonl.",
)
def command(bug: str, output: Path) -> None:
    """Train a small network that has a bug under the guard, and make a page of what it saw."""
    program = _FOLDER / f"{bug.replace('-', '_')}.py"
    log = output.with_suffix(".jsonl")
    _introduce(program)
    if not _watch(program, log):
        raise Failure("the guard found nothing here; please report it")
    from torchlint.cli.report import read_run, write_page

    try:
        write_page(read_run(log), f"torchlint demo: {bug}", output)
    except Failure as failure:
        # the log is there in any case
        click.echo(f"The log of the run: {log}\n{failure.message}")
        return
    click.echo(f"The log of the run: {log}\nThe page to open in a browser: {output}")


def _introduce(program: Path) -> None:
    from rich.console import Console
    from rich.syntax import Syntax

    from torchlint.cli.output import writing

    with writing(sys.stdout):
        console = Console(highlight=False, emoji=False)
        # lines of code are not cut off
        console.width = max(console.width, 100)
        console.print(f"{program}\n", soft_wrap=True)
        console.print(
            Syntax(program.read_text(encoding="utf-8"), "python", line_numbers=True, background_color="default")
        )
        console.print("\nIt runs without an error. Under the guard, in a few seconds:\n")


def _watch(program: Path, log: Path) -> list[RuntimeFinding]:
    try:
        from torchlint.runtime.guard import Guard
    except ModuleNotFoundError as error:
        if error.name != "torch":
            raise
        raise Failure('the demo needs torch: pip install "torchlint[runtime]"') from None
    from torchlint.runtime.findings import GuardError
    from torchlint.runtime.render import print_findings
    from torchlint.runtime.script import run_script

    def tell(finding: RuntimeFinding) -> None:
        print_findings([finding], sys.stdout)
        if finding.code == "TLN503":
            # from here on there is nothing to see but NaN
            raise GuardError(finding)

    try:
        guard = Guard(action=tell, every=EVERY, report=log)
        run_script(str(program), [], guard)
    except ValueError as error:
        raise Failure(str(error)) from None
    except GuardError:
        pass
    return guard.findings
