"""Answers of earlier runs, kept as long as nothing that they were read from has changed.

One JSON file holds the answers for a project with one configuration, and with them what they were read from: the
contents of files, what imports meant (also those that led nowhere), and which files import a module. All of that is
looked at again when the cache is opened; an answer that stands on something which no longer holds is dropped. So what
is in memory, and what is written, fits the files as they are.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from torchlint.atomic import write_atomically
from torchlint.cache.folder import cache_file, lock_of, prepare, prune
from torchlint.cache.index import Index, Kept, pack, unpack, write
from torchlint.cache.surroundings import Surroundings
from torchlint.semantics.reads import Reads, digest

if TYPE_CHECKING:
    from torchlint.cache.surroundings import Import, Stamp
    from torchlint.config import Config
    from torchlint.files import Target
    from torchlint.findings import Finding
    from torchlint.linter import Answer

#: How long a run waits for another that is writing the same file.
_PATIENCE_SECONDS = 5


class Cache:
    """The answers for one project. It never fails: where it can't read or write, it knows nothing."""

    def __init__(self, root: Path, config: Config, folder: Path | None = None) -> None:
        self._now = Surroundings(root.resolve())
        self._file: Path | None = None
        self._fresh: dict[str, tuple[Target, Answer]] = {}
        with suppress(OSError, ValueError):
            self._file = cache_file(root, config, folder)
            prepare(self._file.parent)
        self._stamp = self._file_stamp()
        self._index = self._read()

    def _file_stamp(self) -> tuple[int, int] | None:
        try:
            state = self._file.stat() if self._file is not None else None
        except OSError:
            return None
        return (state.st_mtime_ns, state.st_ino) if state is not None else None

    def _read(self) -> Index | None:
        if self._stamp is None or self._file is None:
            return None
        try:
            return Index(self._file, self._now)
        except Exception:
            # cut off, from a later version, or written by somebody else: whatever it is, it can be made anew
            return None

    def get(self, target: Target) -> list[Finding] | None:
        """The findings in a file, if they are known."""
        known = self._index.get(self._now.relative(target.absolute)) if self._index is not None else None
        if known is None:
            return None
        named, findings = known
        if named is not None and named is not target.named:
            return None
        return unpack(findings, target.shown, self._now) if findings else []

    def put(self, target: Target, answer: Answer) -> None:
        """Note an answer, to be kept if it still holds in the end."""
        if answer.data is not None and not any(f.message.startswith("internal error") for f in answer.findings):
            self._fresh[self._now.relative(target.absolute)] = target, answer

    def save(self) -> None:
        """Write what is known, with what other runs have written in the meantime; one run at a time."""
        if self._file is None or not (self._fresh or (self._index is not None and self._index.dirty)):
            return
        # imported late: most runs have nothing to write
        from filelock import FileLock, Timeout

        lock = FileLock(lock_of(self._file), timeout=_PATIENCE_SECONDS)
        # without a lock, on a file system that has none or when nobody lets go, one of two runs may lose its answers
        with suppress(OSError, NotImplementedError, Timeout):
            lock.acquire()
        try:
            with suppress(OSError):
                write_atomically(self._file, self._whole(), durable=False)
                prune(self._file.parent)
        finally:
            lock.release()

    def _whole(self) -> bytes:
        now = self._now
        if self._index is not None and not self._index.is_whole:
            self._index = None
        indexes = [self._index]
        before, self._stamp = self._stamp, self._file_stamp()
        if self._stamp != before:
            indexes.insert(0, self._read())
        answers: dict[str, Kept] = {}
        folders: dict[str, Stamp] = {}
        tree: list[str] | None = None
        for index in indexes:
            if index is not None and index.is_whole:
                answers |= index.answers()
                folders |= index.folders
                tree = index.tree if index.tree is not None else tree
        for path, (target, answer) in self._fresh.items():
            kept = self._kept(path, target, answer)
            if kept is not None:
                answers[path] = kept
            else:
                answers.pop(path, None)
        if tree is None and any(kept.importers for kept in answers.values()):
            tree = now.tree
        return write(answers, tree, folders | now.folders, now)

    def _kept(self, path: str, target: Target, answer: Answer) -> Kept | None:
        """An answer as it is kept, None if something that it stands on has changed since."""
        now, reads = self._now, answer.reads or Reads()
        files = {path: digest(answer.data or b"")}
        files |= {now.relative(str(file)): content for file, content in reads.files.items()}
        imports: list[Import] = [
            (now.relative(str(folder)), dotted, level, None if found is None else now.relative(str(found)))
            for (folder, dotted, level), found in reads.imports.items()
        ]
        importers = [(name, now.relatives(found)) for name, found in reads.importers.items()]
        holds = (
            all(now.row(file)[1] == content for file, content in files.items())
            and all(map(now.means, imports))
            and all(self._importing(name) == found for name, found in importers)
        )
        if not holds:
            return None
        named = None if answer.reads is not None else target.named
        return Kept(named, pack(answer.findings, target.shown, now), list(files), imports, importers)

    def _importing(self, name: str) -> list[str]:
        known = self._index.importing.get(name) if self._index is not None else None
        return self._now.importing(name) if known is None else known
