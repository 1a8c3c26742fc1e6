"""The file of the cache: answers, and numbered tables of what they stand on."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from torchlint.cache.surroundings import Import, Row, Surroundings
from torchlint.findings import Edit, Finding, Fix, Location, Related
from torchlint.semantics.reads import digest

#: Goes up when the file is written in another way.
FORMAT = 2


@dataclass(slots=True)
class Kept:
    """An answer and what it stands on. `named` is None if it is the same for a file that was named and one found."""

    named: bool | None
    findings: list[Any]
    files: list[str]
    imports: list[Import] = field(default_factory=list)
    importers: list[tuple[str, list[str]]] = field(default_factory=list)


class Index:
    """What was read from the file, without the answers that no longer hold."""

    def __init__(self, data: bytes, now: Surroundings) -> None:
        """Raises any error whatever if the data is not of this making."""
        seal, _, body = data.partition(b"\n")
        raw = json.loads(body)
        if seal.decode() != digest(body) or raw["format"] != FORMAT:
            raise ValueError
        self._files: dict[str, Row] = raw["files"]
        self._imports: list[Import] = raw["imports"]
        self._importers: list[tuple[str, list[str]]] = raw["importers"]
        self.folders: dict[str, int] = raw["folders"]
        #: all files that may import something, None if no answer stands on that
        self.tree: list[str] | None = raw["tree"]
        #: by path: named, findings, and the numbers of files, imports and importers
        self._answers: dict[str, list[Any]] = raw["answers"]
        #: whether time stamps have to be written anew, though the answers hold
        self.dirty = False
        self._check(now)

    def _check(self, now: Surroundings) -> None:
        row = now.row
        other = [
            (n, old, new) for n, (path, old) in enumerate(self._files.items()) if (new := row(path, old)) is not old
        ]
        moved = any(now.folder(path) != changed or not changed for path, changed in self.folders.items())
        self.dirty = bool(other) or moved
        if moved:
            self.folders = {}
        bad_files = {n for n, old, new in other if old[3] != new[3]}
        bad_imports: set[int] = set()
        bad_importers: set[int] = set()
        if moved:
            bad_imports = {n for n, imported in enumerate(self._imports) if not now.means(imported)}
        if self.tree is not None:
            if (moved and self.tree != now.tree) or any(old[4] != new[4] for _, old, new in other):
                bad_importers = {n for n, (name, files) in enumerate(self._importers) if now.importing(name) != files}
            self.tree = now.tree if moved else self.tree
        self._importing = {name: files for n, (name, files) in enumerate(self._importers) if n not in bad_importers}
        if bad_files or bad_imports or bad_importers:
            self._answers = {
                path: answer
                for path, answer in self._answers.items()
                if bad_files.isdisjoint(answer[2])
                and bad_imports.isdisjoint(answer[3])
                and bad_importers.isdisjoint(answer[4])
            }

    def get(self, path: str) -> tuple[bool | None, list[Any]] | None:
        """Whether the file was named (None if that does not matter), and its findings."""
        answer = self._answers.get(path)
        return (answer[0], answer[1]) if answer is not None else None

    def importing(self, name: str) -> list[str] | None:
        """The files that import something called `name`, if that is known."""
        return self._importing.get(name)

    def answers(self) -> dict[str, Kept]:
        """All answers, with names instead of numbers."""
        paths = list(self._files)
        return {
            path: Kept(
                named,
                findings,
                [paths[n] for n in files],
                [(folder, path, level, to) for folder, path, level, to in map(self._imports.__getitem__, imports)],
                [self._importers[n] for n in importers],
            )
            for path, (named, findings, files, imports, importers) in self._answers.items()
        }


def write(answers: dict[str, Kept], tree: list[str] | None, folders: dict[str, int], now: Surroundings) -> bytes:
    """The file of the cache for these answers, which hold now."""
    files: dict[str, int] = {}
    imports: dict[Import, int] = {}
    importers: dict[str, int] = {}
    tables: dict[str, list[tuple[str, list[str]]]] = {"importers": []}
    numbered: dict[str, list[Any]] = {}
    for path, kept in answers.items():
        for name, importing in kept.importers:
            if name not in importers:
                importers[name] = len(importers)
                tables["importers"].append((name, importing))
        numbered[path] = [
            kept.named,
            kept.findings,
            [files.setdefault(file, len(files)) for file in kept.files],
            [imports.setdefault(imported, len(imports)) for imported in kept.imports],
            [importers[name] for name, _ in kept.importers],
        ]
    if not importers:
        tree = None
    for file in tree or ():
        files.setdefault(file, len(files))
    whole = {
        "format": FORMAT,
        "files": {file: now.row(file) for file in files},
        "folders": folders,
        "imports": list(imports),
        **tables,
        "tree": tree,
        "answers": numbered,
    }
    body = json.dumps(whole, separators=(",", ":")).encode()
    # a seal, so that a file that was cut off or edited is known at once
    return digest(body).encode() + b"\n" + body


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
