"""When documents are linted: a moment after the last change, one after the other, and never for an old version."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from torchlint.findings import Finding
from torchlint.fixing import Fixed
from torchlint.server.documents import Document, Documents
from torchlint.server.projects import Checked, Projects

T = TypeVar("T")

#: Seconds after a change before a document is linted: shorter than a pause in typing, longer than one between letters.
PAUSE = 0.3

#: The engine recurses deeply; threads have a small stack on some systems.
_STACK = 64 * 1024 * 1024


class Checker:
    """Lints open documents in a thread of its own, so that the editor is heard meanwhile."""

    def __init__(self, documents: Documents, folder: Callable[[Path | None], Path | None]) -> None:
        self._documents = documents
        #: the folder of the workspace that a file lies in
        self._folder = folder
        self._projects = Projects()
        self._answers: dict[str, Checked] = {}
        self._waiting: dict[str, asyncio.Task[None]] = {}
        #: told of each answer
        self.listener: Callable[[Checked], None] = lambda checked: None
        threading.stack_size(_STACK)
        self._thread = ThreadPoolExecutor(1, "torchlint")
        self._thread.submit(lambda: None)
        threading.stack_size(0)

    # -------------------------------------------------------------- events

    def changed(self, document: Document, pause: float = PAUSE) -> None:
        """A document was opened, changed or saved: it is looked at soon, and then those that its content matters to."""
        before = self._waiting.pop(document.uri, None)
        if before is not None:
            before.cancel()
        self._waiting[document.uri] = asyncio.ensure_future(self._later(document.uri, pause))

    def closed(self, document: Document) -> None:
        waiting = self._waiting.pop(document.uri, None)
        if waiting is not None:
            waiting.cancel()
        self._answers.pop(document.uri, None)
        self._thread.submit(self._projects.drop, document)
        self._again(answer.document for answer in list(self._answers.values()) if answer.stands_on(document))

    def files_changed(self, paths: Iterable[Path]) -> None:
        """Files hold something else on the disk."""
        self._thread.submit(self._projects.changed, list(paths))
        self._again(self._documents)

    def files_came_or_went(self) -> None:
        self._thread.submit(self._projects.forget)
        self._again(self._documents)

    def _again(self, documents: Iterable[Document]) -> None:
        for document in list(documents):
            self.changed(document)

    # ------------------------------------------------------------- answers

    async def current(self, uri: str) -> Checked | None:
        """What is found in the document as it stands now, None if it is not open."""
        document = self._documents.get(uri)
        if document is None:
            return None
        known = self._answers.get(document.uri)
        return known if known is not None and known.document == document else await self._check(document)

    async def fixed(self, checked: Checked, wanted: Iterable[Finding], unsafe: bool) -> Fixed | None:
        folder = self._folder(checked.document.path)
        return await self._run(lambda: self._projects.fix(checked, wanted, unsafe, folder))

    async def _later(self, uri: str, pause: float) -> None:
        await asyncio.sleep(pause)
        document = self._documents.get(uri)
        if document is None:
            return
        await self._check(document)
        for answer in list(self._answers.values()):
            other = self._documents.get(answer.document.uri)
            if other is not None and other.uri != uri and answer.stands_on(document):
                await self._check(other)

    async def _check(self, document: Document) -> Checked:
        folder = self._folder(document.path)
        checked = await self._run(lambda: self._projects.check(document, folder))
        # another version may have come meanwhile: it will be looked at, too
        if self._documents.get(document.uri) == document:
            self._answers[document.uri] = checked
            self.listener(checked)
        return checked

    async def _run(self, job: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, job)
