"""`torchlint clean`: throw the cache away."""

from __future__ import annotations

from pathlib import Path

import click

from torchlint.cache.folder import FOLDER, VARIABLE, clean
from torchlint.cli import Failure
from torchlint.config import project_root


@click.command("clean", short_help="Throw the cache away.")
@click.argument("path", type=click.Path(path_type=Path), required=False)
@click.option(
    "--cache-dir",
    metavar="FOLDER",
    type=click.Path(path_type=Path),
    envvar=VARIABLE,
    show_envvar=True,
    help=f"Where the cache is, instead of {FOLDER} in the root of the project.",
)
def command(path: Path | None, cache_dir: Path | None) -> None:
    """Throw away the cache of the project that PATH (or the current folder) lies in."""
    folder = cache_dir or project_root(path) / FOLDER
    try:
        removed = clean(folder)
    except OSError as error:
        raise Failure(f"{folder}: cannot be removed: {error.strerror}") from None
    click.echo(f"Removed {folder}" if removed else f"No cache in {folder}")
