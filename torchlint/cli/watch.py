"""`torchlint check --watch`: lint again whenever a file changes."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from pathlib import Path

import click

from torchlint.cli import Failure

#: How often, in milliseconds, it is looked whether something happened.
_PAUSE = 200


def watch(paths: Iterable[Path], run: Callable[[], object]) -> None:
    """Call `run` now and after each change near `paths`, until Ctrl-C."""
    try:
        import watchfiles
    except ImportError:
        raise Failure('--watch needs watchfiles: pip install "torchlint[watch]"') from None
    # what a file imports mostly lies beside it
    folders = {(path if path.is_dir() else path.absolute().parent).resolve() for path in paths}
    missing = next((folder for folder in folders if not folder.is_dir()), None)
    if missing is not None:
        raise Failure(f"{missing}: no such folder")

    def concerns(change: object, path: str) -> bool:
        return _concerns(path, folders)

    first = True
    for changes in watchfiles.watch(*folders, watch_filter=concerns, rust_timeout=_PAUSE, yield_on_timeout=True):
        # the first pause tells that the folders are watched: from then on, no change is missed
        if first or changes:
            first = False
            _run(run)


def _run(run: Callable[[], object]) -> None:
    if sys.stdout.isatty():
        click.clear()
    try:
        run()
    except Failure as error:
        # a configuration that is being edited, say: it will be right in a moment
        error.show()
    click.echo("Watching for changes; Ctrl-C ends.", err=True)


def _concerns(path: str, folders: Iterable[Path]) -> bool:
    """Whether a file that changed can change what is found."""
    from torchlint.files import SKIPPED_FOLDERS
    from torchlint.ignores import SUFFIXES

    place = Path(path)
    below = next((place.relative_to(folder) for folder in folders if place.is_relative_to(folder)), place)
    if SKIPPED_FOLDERS & set(below.parts):
        return False
    return place.name.endswith(SUFFIXES) or place.name in ("pyproject.toml", ".gitignore")
