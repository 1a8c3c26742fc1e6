"""The linters behind the open documents, with what they learnt about the projects around them.

One thread uses this at a time. What is open is read as it stands in the editor, by whichever file imports it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from torchlint.config import Config, ConfigError, find_config, project_root
from torchlint.files import Target, left_out
from torchlint.findings import Finding
from torchlint.fixing import Fixed, fix_source
from torchlint.linter import Linter, unreadable
from torchlint.semantics.lookup import MODES, NETWORKS, imported_names
from torchlint.server.documents import Document
from torchlint.source import Source, UnreadableError, source_from_text

if TYPE_CHECKING:
    from torchlint.rules.base import Rule
    from torchlint.semantics.reads import Reads


@dataclass(frozen=True)
class Checked:
    """What is found in a document."""

    document: Document
    findings: list[Finding] = field(default_factory=list)
    #: None where the document can't be understood or nothing is found
    source: Source | None = None
    #: what was read besides, None if nothing was
    reads: Reads | None = None
    #: why nothing could be looked for, in one line
    error: str | None = None

    def stands_on(self, other: Document) -> bool:
        """Whether what is found here can change with another document."""
        if self.reads is None or other.path is None:
            return False
        if {NETWORKS, MODES} & self.reads.importers.keys():
            return True  # all files were asked for a sign, and this one may have shown it
        return other.path in self.reads.files or not imported_names(other.data).isdisjoint(self.reads.importers)


class Projects:
    def __init__(self) -> None:
        self._open: dict[Path, bytes] = {}
        #: by the root of the project and the folder of its configuration
        self._linters: dict[tuple[Path, Path], tuple[Config, Linter]] = {}

    # --------------------------------------------------------------- files

    def put(self, document: Document) -> None:
        """A document was opened or changed."""
        if document.path is not None and self._open.get(document.path) != document.data:
            self._put(document.path, document.data)

    def drop(self, document: Document) -> None:
        """A document was closed: what is saved counts."""
        if document.path is not None:
            self._open.pop(document.path, None)
            self.changed([document.path])

    def changed(self, paths: Iterable[Path]) -> None:
        """Files hold something else on the disk."""
        for path in paths:
            for _, linter in self._linters.values():
                linter.changed(path)

    def forget(self) -> None:
        """There may be other files than before."""
        for _, linter in self._linters.values():
            linter.close()
        self._linters.clear()

    def _put(self, path: Path, data: bytes) -> None:
        self._open[path] = data
        self.changed([path])

    def _read(self, path: Path) -> bytes:
        data = self._open.get(path)
        return data if data is not None else path.read_bytes()

    # -------------------------------------------------------------- answers

    def check(self, document: Document, folder: Path | None) -> Checked:
        """Lint a document; `folder` is that of the workspace, if it lies in one."""
        try:
            return self._check(document, folder)
        except ConfigError as error:
            return Checked(document, error=str(error))
        except Exception as error:
            return Checked(document, error=f"internal error: {type(error).__name__}: {error}; please report it")

    def _check(self, document: Document, folder: Path | None) -> Checked:
        self.put(document)
        target, config, linter = self._place(document, folder)
        if document.path is None:
            findings, reads = _lint(linter, document.data, target, document), None
        elif left_out(target.path, str(target.root), config):
            findings, reads = [], None
        else:
            answer = linter.answer(target)
            findings, reads = answer.findings, answer.reads
        return Checked(document, findings, _source(document) if findings else None, reads)

    def fix(self, checked: Checked, wanted: Iterable[Finding], unsafe: bool, folder: Path | None) -> Fixed | None:
        """The document after the fixes of some of its findings, each held to its promises."""
        document, source = checked.document, checked.source
        if source is None:
            return None
        try:
            target, _, linter = self._place(document, folder)
        except ConfigError:
            return None

        def lint(data: bytes) -> list[Finding]:
            if document.path is not None:
                self._put(document.path, data)
            return _lint(linter, data, target, document)

        kept = set(wanted)
        left = [finding for finding in checked.findings if finding not in kept]
        try:
            return fix_source(source, checked.findings, lint, unsafe, left)
        finally:
            if document.path is not None:
                self._put(document.path, document.data)

    def _place(self, document: Document, folder: Path | None) -> tuple[Target, Config, Linter]:
        """Where a document belongs. Raises `ConfigError`."""
        start = document.path or folder or Path.cwd()
        root = project_root(start, folder or start.parent)
        config = find_config(start, _all_rules)
        known = self._linters.get((root, config.root))
        if known is None or known[0] != config:
            if known is not None:
                known[1].close()
            known = self._linters[root, config.root] = config, Linter(config, self._read)
        return Target(str(document.path or document.uri), document.shown, root), *known


def _lint(linter: Linter, data: bytes, target: Target, document: Document) -> list[Finding]:
    try:
        return linter.lint_data(data, target.shown, document.path, target.root, target.named)
    except UnreadableError as error:
        return [unreadable(error, target.shown)]


def _source(document: Document) -> Source | None:
    try:
        return source_from_text(document.data, document.shown, document.path)
    except UnreadableError:
        return None


def _all_rules() -> Iterable[Rule]:
    from torchlint.rules import all_rules

    return all_rules()
