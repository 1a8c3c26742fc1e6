"""What an answer was read from, so that it can be kept until one of these things changes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, MutableMapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

K = TypeVar("K")
V = TypeVar("V")


def digest(data: bytes) -> str:
    """A short name for these bytes."""
    return hashlib.blake2b(data, digest_size=12).hexdigest()


@dataclass(eq=False)
class Reads:
    """What was read for one file, itself not counted."""

    #: files, with the digest of what was in them (of nothing, for one that could not be read)
    files: dict[Path, str] = field(default_factory=dict)
    #: imports (folder of the importing file, dotted path, dots), with the file or folder that they mean
    imports: dict[tuple[Path, str, int], Path | None] = field(default_factory=dict)
    #: names of modules, with the files of the project that import something of that name
    importers: dict[str, Sequence[Path]] = field(default_factory=dict)
    #: what other files had read when they found out something that this one was told
    others: set[Reads] = field(default_factory=set)

    def whole(self) -> Reads:
        """The same with what stands behind `others`."""
        found, queue, seen = Reads(), [self], {self}
        while queue:
            reads = queue.pop()
            found.files |= reads.files
            found.imports |= reads.imports
            found.importers |= reads.importers
            queue += reads.others - seen
            seen |= reads.others
        return found


class Remembered(MutableMapping[K, V]):
    """Answers that are found out once for a project: who is told one depends on what it was read from."""

    def __init__(self) -> None:
        self.reads = Reads()
        self._known: dict[K, tuple[V, Reads]] = {}

    def __getitem__(self, key: K) -> V:
        value, reads = self._known[key]
        if reads is not self.reads:
            self.reads.others.add(reads)
        return value

    def __setitem__(self, key: K, value: V) -> None:
        self._known[key] = value, self.reads

    def __delitem__(self, key: K) -> None:
        del self._known[key]

    def __iter__(self) -> Iterator[K]:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)
