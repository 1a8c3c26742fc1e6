"""Where the cache lies, and which of its files fits this torchlint and this configuration."""

from __future__ import annotations

import importlib.util
import os
import sys
import time
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from torchlint import __version__
from torchlint.semantics.reads import digest

if TYPE_CHECKING:
    from torchlint.config import Config

#: The folder in the root of a project.
FOLDER = ".torchlint_cache"

#: The variable that names another folder, for all projects.
VARIABLE = "TORCHLINT_CACHE_DIR"

#: Files of other versions and configurations are thrown away when nobody wrote them for this long.
KEPT_SECONDS = 30 * 24 * 3600

_GITIGNORE = b"# made by torchlint\n*\n"
_TAG = b"Signature: 8a477f597d28d172789f06886806bc55\n# This file marks a cache made by torchlint: https://bford.info/cachedir/\n"
_FIXED = {".gitignore": _GITIGNORE, "CACHEDIR.TAG": _TAG}


def cache_file(root: Path, config: Config, folder: Path | None) -> Path:
    """The file with the answers for a project; `folder` is the one that the user chose."""
    return _file(root, folder, repr(_choices(root, config)))


def verdicts_file(root: Path, folder: Path | None) -> Path:
    """The file with what patterns say about the names in a project."""
    return _file(root, folder, "verdicts")


def _file(root: Path, folder: Path | None, content: str) -> Path:
    key = _program() + content.encode()
    if folder is None:
        # without the place of the project: a CI job may check it out elsewhere
        return root / FOLDER / f"{digest(key)}.json"
    return folder / f"{digest(key + os.fsencode(root))}.json"


def _choices(root: Path, config: Config) -> tuple[object, ...]:
    """All that an answer depends on besides the files of the project and the program."""
    return (
        config.select,
        config.extend_select,
        config.ignore,
        config.per_file_ignores,
        config.report_unused_noqa,
        os.path.relpath(config.root, root) if config.per_file_ignores else "",
    )


@lru_cache(maxsize=1)
def _program() -> bytes:
    """The linter itself, whose source changes without the version while it is developed, and what it reads with."""
    package = Path(__file__).parents[1]
    files = [*package.glob("*.py"), *package.glob("rules/*.py"), *package.glob("semantics/**/*.py")]
    for library in ("libcst", "pathspec"):
        found = importlib.util.find_spec(library)
        if found is not None and found.origin:
            files.append(Path(found.origin).with_name("_version.py"))
    source = b"".join(file.read_bytes() for file in sorted(files) if file.is_file())
    return repr((__version__, sys.version_info[:3], digest(source))).encode()


def lock_of(file: Path) -> Path:
    """The file that whoever writes a file of the cache holds locked."""
    return file.with_suffix(".lock")


def prepare(folder: Path) -> None:
    """Make the folder and mark it as a cache. Raises `OSError`."""
    try:
        folder.mkdir(parents=True)
    except FileExistsError:
        return
    for name, data in _FIXED.items():
        (folder / name).write_bytes(data)


def prune(folder: Path) -> None:
    """Throw away what nobody has used for long, and what killed runs left. Raises `OSError`."""
    oldest = time.time() - KEPT_SECONDS
    for file in _own_files(folder):
        if file.stat().st_mtime < oldest:
            file.unlink()


def clean(folder: Path) -> bool:
    """Remove a cache, and the folder if nothing else is in it. Raises `OSError`. False if there was none."""
    if not folder.is_dir():
        return False
    own = _own_files(folder)
    marks = [folder / name for name, data in _FIXED.items() if _holds(folder / name, data)]
    for file in (*own, *marks):
        file.unlink()
    with suppress(OSError):
        folder.rmdir()
    return bool(own or marks)


def _own_files(folder: Path) -> list[Path]:
    """The files that torchlint made: answers, their locks, and such as were being written when a run was killed."""
    return [
        file
        for file in folder.iterdir()
        if file.is_file() and _is_name(file.stem if file.suffix in (".json", ".lock") else _whole(file.name))
    ]


def _whole(name: str) -> str:
    """The name that a temporary file was to get."""
    return name[1:].partition(".json.")[0] if name.startswith(".") and name.endswith(".tmp") else ""


def _is_name(name: str) -> bool:
    return len(name) == len(digest(b"")) and set(name) <= set("0123456789abcdef")


def _holds(file: Path, data: bytes) -> bool:
    try:
        return file.read_bytes() == data
    except OSError:
        return False
