"""`torchlint preflight`: checks of a model before its training."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from torchlint.cli import Failure

if TYPE_CHECKING:
    from torchlint.runtime.preflight import PreflightReport

_EPILOG = """\b
Examples:
  torchlint preflight train.py:setup
  torchlint preflight train.py:setup --checks overfit-batch,TLN402
  torchlint preflight train.py:setup --device cuda --seed 1
  torchlint preflight train.py:setup --json > preflight.json

\b
The function returns model, loss_fn, batch, and maybe optimizer, as a tuple, a named tuple or a dictionary:
  def setup():
      model = Net()
      return model, nn.CrossEntropyLoss(), next(iter(loader))

\b
Exit status: 0 where nothing failed, 1 where a check failed, 2 where it could not be made.
"""


@click.command("preflight", short_help="Check a model before its training.", epilog=_EPILOG)
@click.option("--checks", metavar="NAMES", multiple=True, help="Only these checks, by name or code.")
@click.option("--seed", type=int, default=0, show_default=True, help="For the random generators.")
@click.option("--device", metavar="DEVICE", help="Where to run, such as cuda; by default where the model is.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@click.option("--record", type=click.Path(dir_okay=False), help="Add a row to this CSV file of experiments.")
@click.argument("target", metavar="FILE:FUNCTION")
def command(
    checks: tuple[str, ...], seed: int, device: str | None, as_json: bool, record: str | None, target: str
) -> None:
    """Check the model, loss and batch that FUNCTION in FILE returns, on copies of them."""
    from torchlint.runtime import factory

    try:
        from torchlint.runtime.preflight import preflight
    except ModuleNotFoundError as error:
        if error.name != "torch":
            raise
        raise Failure('the preflight needs torch: pip install "torchlint[runtime]"') from None
    try:
        arguments = factory.load(target)
        report = preflight(**arguments, checks=",".join(checks) or None, seed=seed, device=device, record=record)
    except (ValueError, TypeError) as error:
        raise Failure(str(error)) from None
    _print(report, as_json)
    raise click.exceptions.Exit(0 if report.passed else 1)


def _print(report: PreflightReport, as_json: bool) -> None:
    from torchlint.cli.output import writing

    with writing(sys.stdout):
        if as_json:
            click.echo(report.to_json())
        elif sys.stdout.isatty():
            from rich.console import Console

            Console(highlight=False, emoji=False).print(report)
        else:
            click.echo(str(report))
