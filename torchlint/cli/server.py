"""`torchlint server`: the language server."""

from __future__ import annotations

import os
import signal
import sys

import click

from torchlint.cli import Failure, end_at_once

_EPILOG = """\b
Examples:
  torchlint server             speak to the editor that started it
  torchlint server --tcp 2087  wait for an editor on this machine

\b
How to set editors up: https://torchlint.readthedocs.io/editors
"""


@click.command("server", short_help="Speak to an editor in the language server protocol.", epilog=_EPILOG)
@click.option("--stdio", is_flag=True, help="Speak over standard input and output, as without any option.")
@click.option("--tcp", type=click.IntRange(1, 65535), metavar="PORT", help="Listen on a port of this machine instead.")
def command(stdio: bool, tcp: int | None) -> None:
    """Speak to an editor in the language server protocol."""
    if stdio and tcp is not None:
        raise Failure("the server speaks either over --stdio or over --tcp")
    try:
        from torchlint.server.app import create
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] not in ("pygls", "lsprotocol"):
            raise
        raise Failure('the language server needs pygls 2: pip install "torchlint[server]"') from None
    # the thread that reads would have to be waited for
    signal.signal(signal.SIGINT, lambda number, frame: end_at_once())
    server = create()
    if tcp is not None:
        try:
            server.start_tcp("127.0.0.1", tcp)
        except OSError as error:
            raise Failure(f"cannot listen on port {tcp}: {os.strerror(error.errno or 0)}") from None
    else:
        if sys.stdin.isatty():
            click.echo("torchlint: an editor starts this, and speaks to it; Ctrl-C ends it", err=True)
        server.start_io()
    # the editor is gone
    server.end()
