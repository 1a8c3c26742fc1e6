"""The command line. Each command is a module of this package, loaded when it is used."""

from __future__ import annotations

import importlib
import os
import sys
from typing import NoReturn

import click

from torchlint import __version__

#: What a shell reports for a command that was ended by Ctrl-C.
INTERRUPTED = 130

_COMMANDS = ("check", "rule", "preflight", "run", "report", "demo", "server", "clean")

_EXAMPLES = """\b
Examples:
  torchlint check                      the current folder
  torchlint check train.py notebooks/  a file and a folder
  torchlint check --select TLN2,TLN301 only some rules
  torchlint rule TLN201                what a rule is about
  torchlint preflight train.py:setup   check a model before its training
  torchlint run train.py --epochs 3    train under the guard
  torchlint report run.jsonl -o a.html what a guarded run has told, as a page
  torchlint demo                       watch a small training go wrong
"""


class _Commands(click.Group):
    """Commands that are imported when they are named."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        command: click.Command = importlib.import_module(f"torchlint.cli.{cmd_name}").command
        return command

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            end_at_once()
        except (click.ClickException, click.exceptions.Exit, click.Abort, BrokenPipeError):
            raise
        except Exception as error:
            raise Failure(f"internal error: {type(error).__name__}: {error}; please report it") from error


class Failure(click.ClickException):
    """The job could not be done; the message is one line for the user."""

    exit_code = 2


def end_at_once() -> NoReturn:
    """End after Ctrl-C: without waiting for workers and without the clean-up of libraries."""
    if "multiprocessing" in sys.modules:
        import multiprocessing

        for child in multiprocessing.active_children():
            child.kill()
            child.join(1)
    os._exit(INTERRUPTED)


@click.group(cls=_Commands, epilog=_EXAMPLES, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="torchlint", message="%(prog)s %(version)s")
def command() -> None:
    """Find silent bugs in PyTorch training code: code that runs, trains a little, and is wrong."""
