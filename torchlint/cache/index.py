"""The file of the cache, in two parts: the answers, and what they stand on.

A run for which nothing has changed reads the first part alone: findings, and stamps of all files and folders. The
second one tells which answer was read from what, and is ten times as long.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from torchlint.cache.sealed import seal, unseal
from torchlint.findings import Edit, Finding, Fix, Location, Related

if TYPE_CHECKING:
    from pathlib import Path

    from torchlint.cache.surroundings import Import, Stamp, Surroundings

#: Goes up when the file is written in another way.
FORMAT = 3


@dataclass(slots=True)
class Kept:
    """An answer and what it stands on. `named` is None if it is the same for a file that was named and one found."""

    named: bool | None
    findings: list[Any]
    files: list[str]
    imports: list[Import] = field(default_factory=list)
    importers: list[tuple[str, list[str]]] = field(default_factory=list)


class Basis:
    """The second part of the file: tables, and for each answer the numbers of what it stands on in them."""

    def __init__(self, raw: dict[str, Any]) -> None:
        #: digests of the content and of the imports of each file
        self.digests: list[tuple[str, str]] = [(content, imported) for content, imported in raw["digests"]]
        self.imports: list[Import] = [(folder, path, level, to) for folder, path, level, to in raw["imports"]]
        self.importers: list[tuple[str, list[str]]] = [(name, files) for name, files in raw["importers"]]
        #: all files that may import something, None if no answer stands on that
        self.tree: list[str] | None = raw["tree"]
        #: by path: the numbers of files, imports and importers
        self.reads: dict[str, tuple[list[int], list[int], list[int]]] = raw["reads"]


class Index:
    """What was read from the file, without the answers that no longer hold."""

    def __init__(self, file: Path, now: Surroundings) -> None:
        """Raises any error whatever if the file is not of this making."""
        with file.open("rb") as stream:
            raw, self._seal = unseal(stream)
        if raw["format"] != FORMAT:
            raise ValueError
        self._file, self._now = file, now
        self._files: dict[str, Stamp] = raw["files"]
        self.folders: dict[str, Stamp] = raw["folders"]
        #: by path: named, and the findings
        self._answers: dict[str, tuple[bool | None, list[Any]]] = raw["answers"]
        self._bad_importers: set[int] = set()
        #: whether stamps have to be written anew, though the answers hold
        self.dirty = False
        files, folders = now.doubtful(self._files), now.doubtful(self.folders)
        if files or folders:
            self.dirty = any(now.stamp(path) != self._files[path] for path in files) or any(
                now.stamp(path) != self.folders[path] for path in folders
            )
            self._check(set(files), bool(folders))

    @cached_property
    def _basis(self) -> Basis:
        with self._file.open("rb") as stream:
            if unseal(stream)[1] != self._seal:
                raise ValueError  # another run has written the file since
            basis = Basis(unseal(stream)[0])
        rows = zip(self._files.items(), basis.digests, strict=True)
        self._now.remember((path, (stamp, *digests)) for (path, stamp), digests in rows)
        return basis

    def _check(self, doubtful: set[str], moved: bool) -> None:
        """Drop the answers that don't hold, where some files changed by their stamps, or also some folders."""
        now, basis = self._now, self._basis
        rows = [
            (n, old, now.row(path)[1:])
            for n, (path, old) in enumerate(zip(self._files, basis.digests, strict=True))
            if path in doubtful
        ]
        bad_files = {n for n, (content, _), (new, _) in rows if content != new}
        bad_imports: set[int] = set()
        if moved:
            self.folders = {}
            bad_imports = {n for n, imported in enumerate(basis.imports) if not now.means(imported)}
        if basis.tree is not None:
            if (moved and basis.tree != now.tree) or any(imported != new for _, (_, imported), (_, new) in rows):
                self._bad_importers = {n for n, (name, to) in enumerate(basis.importers) if now.importing(name) != to}
            basis.tree = now.tree if moved else basis.tree
        if bad_files or bad_imports or self._bad_importers:
            self._answers = {
                path: self._answers[path]
                for path, (files, imports, importers) in basis.reads.items()
                if bad_files.isdisjoint(files)
                and bad_imports.isdisjoint(imports)
                and self._bad_importers.isdisjoint(importers)
            }

    @cached_property
    def is_whole(self) -> bool:
        """Whether the second part is there: a run may have told findings without having looked."""
        try:
            return self._basis is not None
        except Exception:
            return False

    def get(self, path: str) -> tuple[bool | None, list[Any]] | None:
        """Whether the file was named (None if that does not matter), and its findings."""
        return self._answers.get(path)

    @cached_property
    def importing(self) -> dict[str, list[str]]:
        """The files that import something, by its name, as far as that is known."""
        return {name: to for n, (name, to) in enumerate(self._basis.importers) if n not in self._bad_importers}

    @property
    def tree(self) -> list[str] | None:
        """All files that may import something, None if no answer stands on that."""
        return self._basis.tree

    def answers(self) -> dict[str, Kept]:
        """All answers, with names instead of numbers."""
        paths, basis, kept = list(self._files), self._basis, {}
        for path, (named, findings) in self._answers.items():
            files, imports, importers = basis.reads[path]
            kept[path] = Kept(
                named,
                findings,
                [paths[n] for n in files],
                [basis.imports[n] for n in imports],
                [basis.importers[n] for n in importers],
            )
        return kept


def write(answers: dict[str, Kept], tree: list[str] | None, folders: dict[str, Stamp], now: Surroundings) -> bytes:
    """The file of the cache for these answers, which hold now."""
    files: dict[str, int] = {}
    imports: dict[Import, int] = {}
    importers: dict[str, int] = {}
    importing: list[tuple[str, list[str]]] = []
    reads: dict[str, tuple[list[int], list[int], list[int]]] = {}
    for path, kept in answers.items():
        for name, found in kept.importers:
            if name not in importers:
                importers[name] = len(importers)
                importing.append((name, found))
        reads[path] = (
            [files.setdefault(file, len(files)) for file in kept.files],
            [imports.setdefault(imported, len(imports)) for imported in kept.imports],
            [importers[name] for name, _ in kept.importers],
        )
    if not importers:
        tree = None
    for file in tree or ():
        files.setdefault(file, len(files))
    rows = {file: now.row(file) for file in files}
    first = {
        "format": FORMAT,
        "files": {file: stamp for file, (stamp, _, _) in rows.items()},
        "folders": folders,
        "answers": {path: (kept.named, kept.findings) for path, kept in answers.items()},
    }
    second = {
        "digests": [digests for _, *digests in rows.values()],
        "imports": list(imports),
        "importers": importing,
        "tree": tree,
        "reads": reads,
    }
    return seal(first) + seal(second)


# -------------------------------------------------------------------- findings


def pack(findings: list[Finding], path: str, now: Surroundings) -> list[Any]:
    """Findings as JSON. The file itself is called by no name: it is shown as the next run shows it."""

    def place(location: Location, shown: str) -> list[Any]:
        file = None if location.path == shown else now.relative(now.from_here(location.path))
        return [file, location.row, location.column, location.end_row, location.end_column, location.cell]

    def fix(fix: Fix | None, shown: str) -> list[Any] | None:
        if fix is None:
            return None
        return [fix.message, [[place(edit.location, shown), edit.content] for edit in fix.edits], fix.safe]

    return [
        [
            finding.code,
            finding.name,
            finding.message,
            place(finding.location, path),
            finding.help,
            [[related.message, place(related.location, path)] for related in finding.related],
            fix(finding.fix, path),
        ]
        for finding in findings
    ]


def unpack(packed: list[Any], path: str, now: Surroundings) -> list[Finding]:
    def place(file: str | None, *numbers: Any) -> Location:
        return Location(path if file is None else now.shown(file), *numbers)

    def unpacked(message: str, edits: list[Any], safe: bool) -> Fix:
        return Fix(message, tuple(Edit(place(*at), content) for at, content in edits), safe)

    return [
        Finding(
            code,
            name,
            message,
            place(*location),
            text,
            tuple(Related(said, place(*at)) for said, at in related),
            unpacked(*fix) if fix is not None else None,
        )
        for code, name, message, location, text, related, fix in packed
    ]
