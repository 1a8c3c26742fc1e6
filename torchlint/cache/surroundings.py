"""The project as it is now: what its files hold, what imports mean, who imports a module.

By the time stamps of last time, most of that is known without opening a file.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from torchlint.semantics.reads import digest

if TYPE_CHECKING:
    from torchlint.semantics.lookup import Lookup

#: When a file or folder changed, in two ways, and its size.
Stamp: TypeAlias = "list[int]"

#: What is known of a file: its stamp, and digests of its content and of what it imports.
Row: TypeAlias = "tuple[Stamp, str, str]"

#: An import: folder of the importing file, dotted path, dots, and the file or folder that is meant.
Import: TypeAlias = "tuple[str, str, int, str | None]"

#: A file or folder that changed so shortly before it was looked at can change again under the same time stamp.
_UNSURE_NS = 2_000_000_000

#: The stamp of what changed too shortly ago, and of what is not there.
UNSURE: Stamp = [0, 0, 0]
ABSENT: Stamp = [-1, -1, -1]


class Surroundings:
    """Paths are relative to the root where they lie under it. What was looked at once stays so for the run."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._prefix = os.path.join(str(root), "")
        self._sure_before = time.time_ns() - _UNSURE_NS
        self._stamps: dict[str, Stamp] = {}
        self._rows: dict[str, Row] = {}

    @cached_property
    def lookup(self) -> Lookup:
        # imported late: where nothing has changed, it is not asked
        from torchlint.semantics.lookup import Lookup

        return Lookup(self._root)

    def relative(self, path: str) -> str:
        return path.removeprefix(self._prefix)

    def absolute(self, path: str) -> str:
        # as os.path.join does, which is slow for thousands of paths
        return path if os.path.isabs(path) else self._prefix + path

    def from_here(self, shown: str) -> str:
        """The absolute path of a file that is shown by a name."""
        return os.path.abspath(shown)

    def shown(self, path: str) -> str:
        """The name that a file is shown by."""
        from torchlint.source import shown_path

        return shown_path(Path(self.absolute(path)))

    # -------------------------------------------------------------- stamps

    def stamp(self, path: str) -> Stamp:
        """The stamp of a file or folder, by which it is known later that it has not changed."""
        stamp = self._stamps.get(path)
        if stamp is None:
            stamp = self._stamps[path] = self._look(self.absolute(path))
        return stamp

    def _look(self, path: str) -> Stamp:
        try:
            state = os.stat(path)
        except (OSError, ValueError):
            return ABSENT
        stamp = [state.st_mtime_ns, state.st_ctime_ns, state.st_size]
        return UNSURE if stamp[0] > self._sure_before or stamp[1] > self._sure_before else stamp

    def doubtful(self, stamps: Mapping[str, Stamp]) -> list[str]:
        """Those of the paths whose stamps don't tell that they are what they were."""
        return [path for path, known in stamps.items() if self.stamp(path) != known or known == UNSURE]

    # --------------------------------------------------------------- files

    def remember(self, rows: Iterable[tuple[str, Row]]) -> None:
        """Take over what was known of files, if their stamps tell that it is still so."""
        for path, row in rows:
            if self.stamp(path) == row[0] != UNSURE:
                self._rows.setdefault(path, row)

    def row(self, path: str) -> Row:
        """What is known of a file now."""
        row = self._rows.get(path)
        if row is None:
            row = self._rows[path] = self._read(path)
        return row

    def _read(self, path: str) -> Row:
        from torchlint.semantics.lookup import imported_names, signs

        stamp = self.stamp(path)
        try:
            data = Path(self.absolute(path)).read_bytes()
        except (OSError, ValueError):
            data = b""
        told = imported_names(data) | signs(data)
        return (stamp, digest(data), digest(" ".join(sorted(told)).encode()))

    # ------------------------------------------------------------- imports

    @property
    def folders(self) -> dict[str, Stamp]:
        """The folders that were looked into in this run."""
        seen = (*self.lookup.listed, *self.lookup.walked)
        return {path: self.stamp(path) for path in {self.relative(str(folder)) for folder in seen}}

    def means(self, imported: Import) -> bool:
        """Whether an import means what it meant."""
        folder, path, level, meaning = imported
        found = self.lookup.find(Path(self.absolute(folder)), path, level)
        return meaning == (None if found is None else self.relative(str(found)))

    # ----------------------------------------------------------- importers

    @cached_property
    def tree(self) -> list[str]:
        """All files that may import something."""
        return [self.relative(str(file)) for file in self.lookup.files]

    def importing(self, name: str) -> list[str]:
        """The files that import something called `name`."""
        return self.relatives(self.lookup.importing(name))

    def relatives(self, paths: Sequence[Path]) -> list[str]:
        return [self.relative(str(path)) for path in paths]
