"""Which files are linted: those that are named, and those under named folders that nothing excludes."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from torchlint.config import Config, ConfigError, project_root
from torchlint.source import SUFFIXES, shown_path

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

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


@dataclass(frozen=True, slots=True)
class Target:
    """A file to lint, the name it is shown by, and the root of its project.

    A file that was named on the command line is linted whatever excludes it, and always checked for syntax.
    """

    file: Path
    shown: str
    root: Path
    named: bool = False


def find_targets(paths: Iterable[Path], config: Config) -> list[Target]:
    """The files under `paths`, each once, sorted. Raises `ConfigError` for a path that does not exist."""
    found: dict[Path, Target] = {}
    for path in paths:
        root = project_root(path)
        try:
            is_folder = stat.S_ISDIR(path.stat().st_mode)
        except (OSError, ValueError) as error:
            reason = "no such file or folder" if isinstance(error, FileNotFoundError) else str(error)
            raise ConfigError(f"{path}: {reason}") from None
        if not is_folder:
            found[_key(path)] = Target(path, shown_path(path), root, named=True)
            continue
        for file in _walk(path, config):
            found.setdefault(_key(file), Target(file, shown_path(file), root))
    return sorted(found.values(), key=lambda target: target.shown)


def _key(path: Path) -> Path:
    return Path(os.path.abspath(path))


def _walk(top: Path, config: Config) -> Iterator[Path]:
    ignores = _Ignores(_key(top), config)

    def unreadable(error: OSError) -> None:
        unreadable_folders.append(Path(error.filename))

    unreadable_folders: list[Path] = []
    # links to folders are not followed: what they lead to is linted where it really is, and loops do no harm
    for folder, folders, files in os.walk(top, onerror=unreadable, followlinks=False):
        here = Path(folder)
        ignores.enter(_key(here))
        folders[:] = [
            name for name in folders if name not in SKIPPED_FOLDERS and not ignores.ignored(_key(here / name), True)
        ]
        for name in files:
            file = here / name
            if name.endswith(SUFFIXES) and not ignores.ignored(_key(file), False) and _is_file(file):
                yield file
    # linted like files, so that each is reported as one that can't be read
    yield from unreadable_folders


def _is_file(path: Path) -> bool:
    """Whether a path is a real file: no pipe that would never end, no link that leads nowhere."""
    try:
        return path.is_file()
    except OSError:
        # one that may not be looked at: reading it will say why
        return True


class _Ignores:
    """The .gitignore files and the `exclude` patterns that apply under one folder."""

    def __init__(self, top: Path, config: Config) -> None:
        from pathspec import GitIgnoreSpec

        self._config = config
        self._exclude = GitIgnoreSpec.from_lines(config.exclude) if config.exclude else None
        self._specs: dict[Path, GitIgnoreSpec | None] = {}
        repository = next((folder for folder in (top, *top.parents) if (folder / ".git").exists()), None)
        #: the highest folder whose .gitignore counts: that of the repository
        self._highest = repository or top
        for folder in top.parents:
            if folder == self._highest or self._highest in folder.parents:
                self.enter(folder)

    def enter(self, folder: Path) -> None:
        """Read the .gitignore of a folder."""
        if folder in self._specs:
            return
        lines: list[str] = []
        for file in (folder / ".git" / "info" / "exclude", folder / ".gitignore"):
            try:
                lines += file.read_text(encoding="utf-8", errors="replace").splitlines()
            except OSError:
                continue
        self._specs[folder] = _spec(lines) if lines else None

    def ignored(self, path: Path, is_folder: bool) -> bool:
        end = "/" if is_folder else ""
        if self._exclude is not None and self._exclude.match_file(self._config.relative(path) + end):
            return True
        # the nearest file that says anything decides, as in git
        for folder in path.parents:
            spec = self._specs.get(folder)
            if spec is not None:
                verdict = spec.check_file(path.relative_to(folder).as_posix() + end).include
                if verdict is not None:
                    return verdict
            if folder == self._highest:
                break
        return False


def _spec(lines: list[str]) -> GitIgnoreSpec | None:
    from pathspec import GitIgnoreSpec

    try:
        return GitIgnoreSpec.from_lines(lines)
    except ValueError:
        # git passes over a pattern that means nothing, and so does this: line by line
        return GitIgnoreSpec.from_lines(line for line in lines if _is_pattern(line))


def _is_pattern(line: str) -> bool:
    from pathspec import GitIgnoreSpec

    try:
        GitIgnoreSpec.from_lines([line])
    except ValueError:
        return False
    return True
