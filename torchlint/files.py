"""Which files are linted: those that are named, and those under named folders that nothing excludes."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from torchlint.cache.verdicts import Memory
from torchlint.config import Config, ConfigError, project_root
from torchlint.ignores import SUFFIXES, Ignores

#: Folders that hold no code of the project.
SKIPPED_FOLDERS = frozenset(
    {
        ".bzr",
        ".direnv",
        ".eggs",
        ".git",
        ".hg",
        ".ipynb_checkpoints",
        ".mypy_cache",
        ".nox",
        ".pyenv",
        ".pytest_cache",
        ".ruff_cache",
        ".svn",
        ".torchlint_cache",
        ".tox",
        ".venv",
        "__pycache__",
        "__pypackages__",
        "_build",
        "build",
        "dist",
        "node_modules",
        "site-packages",
        "venv",
    }
)


class Target(NamedTuple):
    """A file to lint, the name it is shown by, and the root of its project.

    A file that was named on the command line is linted whatever excludes it, and always checked for syntax.
    """

    path: str
    shown: str
    root: Path
    named: bool = False

    @property
    def file(self) -> Path:
        return Path(self.path)

    @property
    def absolute(self) -> str:
        return os.path.abspath(self.path) if self.named else self.path


def find_targets(
    paths: Iterable[Path], config: Config, memory_of: Callable[[Path], Memory] = lambda root: Memory()
) -> list[Target]:
    """The files under `paths`, each once, sorted. Raises `ConfigError` for a path that does not exist.

    `memory_of` the root of a project is what is known of the patterns that apply there.
    """
    memories: dict[Path, Memory] = {}
    found: dict[str, Target] = {}
    roots: dict[Path, Path] = {}
    here = os.path.join(os.getcwd(), "")
    for path in paths:
        try:
            is_folder = stat.S_ISDIR(path.stat().st_mode)
        except (OSError, ValueError) as error:
            reason = "no such file or folder" if isinstance(error, FileNotFoundError) else str(error)
            raise ConfigError(f"{path}: {reason}") from None
        start = path if is_folder else path.parent
        root = roots.get(start)
        if root is None:
            root = roots[start] = project_root(start)
        absolute = os.path.abspath(path)
        if is_folder:
            memory = memories.get(root) or memories.setdefault(root, memory_of(root))
            for file in _walk(absolute, config, memory):
                found.setdefault(file, Target(file, file.removeprefix(here), root))
        else:
            found[absolute] = Target(str(path), absolute.removeprefix(here), root, named=True)
    for memory in memories.values():
        memory.save()
    return sorted(found.values(), key=lambda target: target.shown)


def _walk(top: str, config: Config, memory: Memory) -> Iterator[str]:
    """The files to lint under a folder, all by absolute paths."""
    ignores = Ignores(top, config, memory)
    if ignores.everything:
        return
    unreadable: list[str] = []
    waiting = [(top, ignores.above)]
    while waiting:
        folder, above = waiting.pop()
        try:
            with os.scandir(folder) as listing:
                entries = {entry.name: entry for entry in listing}
        except OSError:
            unreadable.append(folder)
            continue
        patterns = ignores.below(above, folder, entries)
        passed_over = ignores.verdicts(folder, patterns)
        for name, entry in entries.items():
            # links to folders are not followed: what they lead to is linted where it really is, and loops do no harm
            is_folder = entry.is_dir(follow_symlinks=False)
            if name in SKIPPED_FOLDERS if is_folder else not (name.endswith(SUFFIXES) and _is_file(entry)):
                continue
            if passed_over[f"{name}/" if is_folder else name]:
                continue
            if is_folder:
                waiting.append((entry.path, patterns))
            else:
                yield entry.path
    # linted like files, so that each is reported as one that can't be read
    yield from unreadable


def left_out(file: str, root: str, config: Config) -> bool:
    """Whether a file, given by its absolute path, is passed over when all of the project at `root` is linted."""
    if not file.startswith(os.path.join(root, "")):
        return False
    git = (".git", ".gitignore")
    ignores = Ignores(root, config, Memory())
    patterns, path = ignores.below(ignores.above, root, git), root
    *folders, name = os.path.relpath(file, root).split(os.sep)
    for folder in folders:
        if folder in SKIPPED_FOLDERS or ignores.verdicts(path, patterns)[f"{folder}/"]:
            return True
        path = os.path.join(path, folder)
        patterns = ignores.below(patterns, path, git)
    return ignores.everything or ignores.verdicts(path, patterns)[name]


def _is_file(entry: os.DirEntry[str]) -> bool:
    """Whether an entry is a real file: no pipe that would never end, no link that leads nowhere."""
    try:
        return entry.is_file()
    except PermissionError:
        return True  # reading it will say why
    except OSError:
        return False
