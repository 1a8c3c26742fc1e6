"""What .gitignore files and `exclude` patterns leave out."""

from __future__ import annotations

import os
from collections.abc import Callable, Container
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from torchlint.cache.verdicts import Memory, Verdicts
from torchlint.globs import spec_of
from torchlint.semantics.reads import digest

if TYPE_CHECKING:
    from pathspec import PathSpec

    from torchlint.config import Config

#: What files are called that torchlint reads.
SUFFIXES = (".py", ".pyi", ".ipynb")

#: How a pattern may end that can match a file which torchlint reads.
_FILE_ENDINGS = (*SUFFIXES, "*", "?", "]", "\\")


class Patterns:
    """The patterns that apply in one folder: those of the nearest .gitignore, and of those above it."""

    def __init__(self, folder: str, lines: list[str], above: Patterns | None) -> None:
        self._folder = _with_separator(folder)
        self._lines = lines
        self._above = above

    @cached_property
    def _whole(self) -> PathSpec[Any]:
        return spec_of(self._lines)

    @cached_property
    def _for_files(self) -> PathSpec[Any] | None:
        """The few of them that can match a file; the others matter for folders alone."""
        lines = [line for line in self._lines if line.rstrip().endswith(_FILE_ENDINGS)]
        return spec_of(lines) if lines else None

    @cached_property
    def key(self) -> str:
        """Another one for other patterns."""
        above = self._above.key if self._above is not None else ""
        return digest(repr((above, self._folder, self._lines)).encode())

    def ignore(self, path: str, is_folder: bool) -> bool:
        """Whether git passes over a path under `folder`."""
        here: Patterns | None = self
        while here is not None:
            spec = here._whole if is_folder else here._for_files
            if spec is not None:
                verdict = spec.check_file(_posix(path[len(here._folder) :]) + "/" * is_folder).include
                # the nearest file that says anything decides, as in git
                if verdict is not None:
                    return verdict
            here = here._above
        return False


class Ignores:
    """What to leave out under one folder, an absolute path. What is in `memory` is not found out again."""

    def __init__(self, top: str, config: Config, memory: Memory) -> None:
        self._memory = memory
        self._exclude = config.exclude
        self._root = _with_separator(str(config.root.absolute()))
        parents = [top, *map(str, Path(top).parents)]
        repository = next((n for n, folder in enumerate(parents) if Path(folder, ".git").exists()), 0)
        self.above: Patterns | None = None
        #: whether the folder itself is left out, and all that is in it
        self.everything = False
        for folder in reversed(parents[: repository + 1]):
            if self.above is not None and not self.everything:
                place, name = os.path.split(folder)
                self.everything = memory.of(place, self.above.key, _asking(place, self.above.ignore))[f"{name}/"]
            if folder != top:
                self.above = self.below(self.above, folder, (".git", ".gitignore"))

    def below(self, above: Patterns | None, folder: str, names: Container[str]) -> Patterns | None:
        """The patterns that apply in a folder with these names in it."""
        lines: list[str] = []
        for name, file in ((".git", ".git/info/exclude"), (".gitignore", ".gitignore")):
            if name in names:
                try:
                    lines += Path(folder, file).read_text(encoding="utf-8", errors="replace").splitlines()
                except OSError:
                    continue
        lines = [line for line in lines if _says_something(line)]
        return Patterns(folder, lines, above) if lines else above

    def verdicts(self, folder: str, patterns: Patterns | None) -> Verdicts:
        """Which names in a folder, where these patterns apply, are passed over."""

        def ask(path: str, is_folder: bool) -> bool:
            return self._excluded(path, is_folder) or (patterns is not None and patterns.ignore(path, is_folder))

        if patterns is None and not self._exclude:
            return Verdicts({}, lambda label: False)
        key = (patterns.key if patterns is not None else "") + self._exclude_key
        return self._memory.of(folder, key, _asking(folder, ask))

    @cached_property
    def _exclude_key(self) -> str:
        return digest(repr((self._root, self._exclude)).encode()) if self._exclude else ""

    @cached_property
    def _exclude_spec(self) -> PathSpec[Any] | None:
        lines = [line for line in self._exclude if _says_something(line)]
        return spec_of(lines) if lines else None

    def _excluded(self, path: str, is_folder: bool) -> bool:
        """Whether the user's own patterns leave out an absolute path."""
        if self._exclude_spec is None:
            return False
        relative = path[len(self._root) :] if path.startswith(self._root) else path.lstrip(os.sep)
        return self._exclude_spec.match_file(_posix(relative) + "/" * is_folder)


def _asking(folder: str, ask: Callable[[str, bool], bool]) -> Callable[[str], bool]:
    """The question about a path as one about a name in a folder."""
    return lambda label: ask(os.path.join(folder, label.rstrip("/")), label.endswith("/"))


def _posix(path: str) -> str:
    return path if os.sep == "/" else path.replace(os.sep, "/")


def _with_separator(folder: str) -> str:
    return folder if folder.endswith(os.sep) else folder + os.sep


def _says_something(line: str) -> bool:
    return bool(line.strip()) and not line.startswith("#")
