"""A client of the language server that speaks the bare protocol, as an editor does."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

#: What a client like VS Code's says that it can do.
CAPABILITIES = {
    "workspace": {
        "workspaceEdit": {"documentChanges": True},
        "didChangeWatchedFiles": {"dynamicRegistration": True},
    },
    "textDocument": {
        "publishDiagnostics": {"relatedInformation": True, "codeDescriptionSupport": True, "versionSupport": True},
        "codeAction": {"codeActionLiteralSupport": {"codeActionKind": {"valueSet": ["quickfix", "source.fixAll"]}}},
        "hover": {"contentFormat": ["markdown"]},
    },
    "notebookDocument": {"synchronization": {"dynamicRegistration": False}},
}

#: Seconds after which an answer is not awaited any more.
LONG = 60


class Client:
    """One process of `torchlint server`, and what it has said so far."""

    def __init__(self, cwd: Path, *arguments: str, **environment: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "torchlint", "server", *arguments],
            cwd=cwd,
            env={**os.environ, **environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        assert self.process.stdin and self.process.stdout and self.process.stderr
        self._in, self._out, self._err = self.process.stdin, self.process.stdout, self.process.stderr
        self._heard: queue.Queue[dict[str, Any] | None] = queue.Queue()
        #: all that came, in order
        self.messages: list[dict[str, Any]] = []
        self.stderr = b""
        self._count = 0
        self._threads = [threading.Thread(target=target, daemon=True) for target in (self._listen, self._drain)]
        for thread in self._threads:
            thread.start()

    # ------------------------------------------------------------ messages

    def _listen(self) -> None:
        while header := self._out.readline():
            length = int(header.partition(b":")[2]) if header.lower().startswith(b"content-length") else 0
            while header.strip():
                header = self._out.readline()
                if header.lower().startswith(b"content-length"):
                    length = int(header.partition(b":")[2])
            self._heard.put(json.loads(self._out.read(length)))
        self._heard.put(None)

    def _drain(self) -> None:
        for line in self._err:
            self.stderr += line

    def send(self, **message: Any) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self._in.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        self._in.flush()

    def notify(self, method: str, **params: Any) -> None:
        self.send(method=method, params=params)

    def ask(self, method: str, **params: Any) -> int:
        """Send a request; its number."""
        self._count += 1
        self.send(id=self._count, method=method, params=params)
        return self._count

    def request(self, method: str, **params: Any) -> Any:
        """Send a request and wait for its result."""
        answer = self.answer(self.ask(method, **params))
        assert "error" not in answer, answer
        return answer["result"]

    def answer(self, number: int) -> dict[str, Any]:
        return self.wait(lambda message: message.get("id") == number and "method" not in message)

    def wait(self, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """The next message of a kind; the others are kept in `messages`."""
        while True:
            message = self._heard.get(timeout=LONG)
            assert message is not None, f"the server has ended: {self.stderr.decode()}"
            self.messages.append(message)
            if "method" in message and "id" in message:
                # what the server asks for is granted
                self.send(id=message["id"], result=None)
            if wanted(message):
                return message

    # ---------------------------------------------------------------- life

    def initialize(self, folder: Path | None = None, capabilities: object = CAPABILITIES) -> dict[str, Any]:
        uri = folder.as_uri() if folder is not None else None
        folders = [{"uri": uri, "name": "workspace"}] if uri else None
        params = {"processId": None, "rootUri": uri, "workspaceFolders": folders, "capabilities": capabilities}
        result: dict[str, Any] = self.request("initialize", **params)
        self.notify("initialized")
        return result["capabilities"]

    def end(self) -> int:
        """Shut the server down; its exit status."""
        self.send(id="end", method="shutdown")
        self.wait(lambda message: message.get("id") == "end")
        self.send(method="exit")
        return self.gone()

    def gone(self) -> int:
        status = self.process.wait(LONG)
        for thread in self._threads:
            thread.join(LONG)
        assert b"Traceback" not in self.stderr, self.stderr.decode()
        return status

    # ----------------------------------------------------------- documents

    def open(self, path: Path | str, text: str, version: int = 1, language: str = "python") -> str:
        uri = path.as_uri() if isinstance(path, Path) else path
        item = {"uri": uri, "languageId": language, "version": version, "text": text}
        self.notify("textDocument/didOpen", textDocument=item)
        return uri

    def change(self, uri: str, version: int, *changes: dict[str, Any]) -> None:
        self.notify(
            "textDocument/didChange", textDocument={"uri": uri, "version": version}, contentChanges=list(changes)
        )

    def close(self, uri: str) -> None:
        self.notify("textDocument/didClose", textDocument={"uri": uri})

    def save(self, uri: str) -> None:
        self.notify("textDocument/didSave", textDocument={"uri": uri})

    def diagnostics(self, uri: str, version: int | None = None) -> list[dict[str, Any]]:
        """The next diagnostics of a text, of one version if that is given."""

        def wanted(message: dict[str, Any]) -> bool:
            if message.get("method") != "textDocument/publishDiagnostics" or message["params"]["uri"] != uri:
                return False
            return version is None or message["params"].get("version") == version

        found: list[dict[str, Any]] = self.wait(wanted)["params"]["diagnostics"]
        return found

    def diagnostics_without(self, uri: str, old: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """The next diagnostics of a text that are not those that are known already."""
        while (found := self.diagnostics(uri)) == old:
            pass
        return found

    def actions(self, uri: str, place: dict[str, Any], *only: str) -> list[dict[str, Any]]:
        context: dict[str, Any] = {"diagnostics": [], **({"only": list(only)} if only else {})}
        found: list[dict[str, Any]] = self.request(
            "textDocument/codeAction", textDocument={"uri": uri}, range=place, context=context
        )
        return found


def span(row: int, column: int, end_row: int | None = None, end_column: int | None = None) -> dict[str, Any]:
    """A range of the protocol, which counts from 0."""
    start = {"line": row, "character": column}
    end = {"line": row if end_row is None else end_row, "character": column if end_column is None else end_column}
    return {"start": start, "end": end}


def edited(text: str, edits: list[dict[str, Any]]) -> str:
    """A text after edits, for texts in which each character is one unit."""
    lines = text.splitlines(keepends=True)

    def offset(place: dict[str, int]) -> int:
        return sum(map(len, lines[: place["line"]])) + place["character"]

    for edit in sorted(edits, key=lambda edit: offset(edit["range"]["start"]), reverse=True):
        start, end = offset(edit["range"]["start"]), offset(edit["range"]["end"])
        text = text[:start] + edit["newText"] + text[end:]
    return text
