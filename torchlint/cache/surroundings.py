"""The project as it is now: what its files hold, what imports mean, who imports a module.

By the time stamps of last time, most of that is known without opening a file.
"""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, TypeAlias

from torchlint.semantics.lookup import Lookup, imported_names
from torchlint.semantics.reads import digest
from torchlint.source import shown_path

#: What is known of a file: when it changed, in two ways, its size, and digests of its content and of what it imports.
Row: TypeAlias = "list[Any]"

#: An import: folder of the importing file, dotted path, dots, and the file or folder that is meant.
Import: TypeAlias = "tuple[str, str, int, str | None]"

#: A file or folder that changed so shortly before it was looked at can change again under the same time stamp.
_UNSURE_NS = 2_000_000_000


class Surroundings:
    """Paths are relative to the root where they lie under it. What was looked at once stays so for the run."""

    def __init__(self, root: Path) -> None:
        self._prefix = os.path.join(str(root), "")
        self._sure_before = time.time_ns() - _UNSURE_NS
        self.lookup = Lookup(root)
        self.rows: dict[str, Row] = {}

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
        return shown_path(Path(self.absolute(path)))

    # --------------------------------------------------------------- files

    def row(self, path: str, known: Row | None = None) -> Row:
        """What is known of a file now; `known` itself if its time stamps have not changed."""
        row = self.rows.get(path)
        if row is None:
            row = self.rows[path] = self._look(self.absolute(path), known)
        return row

    def _look(self, path: str, known: Row | None) -> Row:
        try:
            state = os.stat(path)
        except (OSError, ValueError):
            return [0, 0, 0, digest(b""), digest(b"")]
        stamp = [state.st_mtime_ns, state.st_ctime_ns, state.st_size]
        if known is not None and known[:3] == stamp:
            return known
        try:
            data = Path(path).read_bytes()
        except OSError:
            data = b""
        if max(stamp[:2]) > self._sure_before:
            stamp = [0, 0, 0]
        return [*stamp, digest(data), digest(" ".join(sorted(imported_names(data))).encode())]

    # ------------------------------------------------------------- folders

    def folder(self, path: str) -> int:
        """When the names in a folder last changed; 0 if that was too short a time ago to be sure."""
        try:
            changed = os.stat(self.absolute(path)).st_mtime_ns
        except (OSError, ValueError):
            return -1
        return 0 if changed > self._sure_before else changed

    @property
    def folders(self) -> dict[str, int]:
        """The folders that were looked into in this run."""
        seen = (*self.lookup.listed, *self.lookup.walked)
        return {path: self.folder(path) for path in {self.relative(str(folder)) for folder in seen}}

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
        return self.relatives(self.lookup.mentions.get(name, ()))

    def relatives(self, paths: Sequence[Path]) -> list[str]:
        return [self.relative(str(path)) for path in paths]
