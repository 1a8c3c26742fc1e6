"""What .gitignore files and `exclude` patterns leave out."""

from __future__ import annotations

import os
from collections.abc import Container, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from torchlint.source import SUFFIXES

if TYPE_CHECKING:
    from pathspec import PathSpec

    from torchlint.config import Config

#: How a pattern may end that can match a file which torchlint reads.
_FILE_ENDINGS = (*SUFFIXES, "*", "?", "]", "\\")


@dataclass(frozen=True, slots=True)
class Patterns:
    """The patterns that apply in one folder: those of the nearest .gitignore, and of those above it."""

    folder: str
    whole: PathSpec[Any]
    #: the few of them that can match a file; the others matter for folders alone
    for_files: PathSpec[Any] | None
    above: Patterns | None

    def ignore(self, path: str, is_folder: bool) -> bool:
        """Whether git passes over a path under `folder`."""
        here: Patterns | None = self
        while here is not None:
            spec = here.whole if is_folder else here.for_files
            if spec is not None:
                verdict = spec.check_file(_posix(path[len(here.folder) :]) + "/" * is_folder).include
                # the nearest file that says anything decides, as in git
                if verdict is not None:
                    return verdict
            here = here.above
        return False


class Ignores:
    """What to leave out under one folder, an absolute path."""

    def __init__(self, top: str, config: Config) -> None:
        self._exclude = _spec(config.exclude)
        self._root = _with_separator(str(config.root.absolute()))
        parents = [top, *map(str, Path(top).parents)]
        repository = next((n for n, folder in enumerate(parents) if Path(folder, ".git").exists()), 0)
        self.above: Patterns | None = None
        #: whether the folder itself is left out, and all that is in it
        self.everything = False
        for folder in reversed(parents[: repository + 1]):
            self.everything = self.everything or (self.above is not None and self.above.ignore(folder, True))
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
        whole = _spec(lines)
        if whole is None:
            return above
        for_files = _spec([line for line in lines if line.rstrip().endswith(_FILE_ENDINGS)])
        return Patterns(_with_separator(folder), whole, for_files, above)

    def excluded(self, path: str, is_folder: bool) -> bool:
        """Whether the user's own patterns leave out an absolute path."""
        if self._exclude is None:
            return False
        relative = path[len(self._root) :] if path.startswith(self._root) else path.lstrip(os.sep)
        return self._exclude.match_file(_posix(relative) + "/" * is_folder)


def _posix(path: str) -> str:
    return path if os.sep == "/" else path.replace(os.sep, "/")


def _with_separator(folder: str) -> str:
    return folder if folder.endswith(os.sep) else folder + os.sep


def _spec(lines: Iterable[str]) -> PathSpec[Any] | None:
    lines = [line for line in lines if line.strip() and not line.startswith("#")]
    if not lines:
        return None
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
