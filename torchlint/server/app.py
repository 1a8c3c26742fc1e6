"""The server itself: what the editor says, and what it is answered."""

from __future__ import annotations

import os
from collections.abc import Generator, Iterable
from pathlib import Path
from typing import Any, NoReturn

from lsprotocol import types
from pygls.lsp.server import LanguageServer
from pygls.protocol import LanguageServerProtocol, lsp_method

from torchlint import __version__
from torchlint.garbage import search_rarely
from torchlint.server import actions
from torchlint.server.checker import Checker
from torchlint.server.diagnostics import diagnostics
from torchlint.server.documents import Document, Documents, path_of
from torchlint.server.hover import hover
from torchlint.server.places import Places
from torchlint.server.projects import Checked

#: Files whose changes on the disk matter.
WATCHED = "**/{*.py,*.ipynb,pyproject.toml,.gitignore}"

_NOTEBOOKS = types.NotebookDocumentSyncOptions(
    [
        types.NotebookDocumentFilterWithNotebook(
            notebook="jupyter-notebook", cells=[types.NotebookCellLanguage(language="python")]
        )
    ]
)


class _Protocol(LanguageServerProtocol):
    """Leaves changes to `Documents`: for pygls, a form feed ends a line, and it moves the positions it is told."""

    @lsp_method(types.TEXT_DOCUMENT_DID_CHANGE)
    def lsp_text_document__did_change(self, params: types.DidChangeTextDocumentParams) -> Generator[Any, Any, None]:
        yield self.fm.features[types.TEXT_DOCUMENT_DID_CHANGE], (params,), None

    @lsp_method(types.NOTEBOOK_DOCUMENT_DID_CHANGE)
    def lsp_notebook_document__did_change(
        self, params: types.DidChangeNotebookDocumentParams
    ) -> Generator[Any, Any, None]:
        yield self.fm.features[types.NOTEBOOK_DOCUMENT_DID_CHANGE], (params,), None


class Server(LanguageServer):
    """One editor's server."""

    def __init__(self) -> None:
        super().__init__("torchlint", __version__, notebook_document_sync=_NOTEBOOKS, protocol_cls=_Protocol)
        self.documents = Documents()
        self.checker = Checker(self.documents, self.folder)
        self.checker.listener = self.publish
        #: whether the editor tells of files that change on the disk
        self.files_are_watched = False
        #: whether the editor has said that it will end
        self.is_shut_down = False
        #: the URIs that diagnostics were told for, by document
        self._told: dict[str, set[str]] = {}
        self._error: str | None = None

    # ---------------------------------------------------------- the editor

    def folder(self, path: Path | None) -> Path | None:
        """The innermost folder of the workspace that a file lies in; of one that isn't saved, any."""
        folders = [found for folder in self.workspace.folders.values() if (found := path_of(folder.uri)) is not None]
        if not folders and self.workspace.root_uri and (found := path_of(self.workspace.root_uri)) is not None:
            folders = [found]
        around = [folder for folder in folders if path is None or folder in path.parents]
        return max(around, key=lambda folder: len(folder.parts), default=None)

    def places(self, checked: Checked) -> Places:
        return Places(checked, self.documents, self.workspace.position_codec)

    @property
    def compares_versions(self) -> bool:
        """Whether an edit can name the version of the document that it is for."""
        workspace = self.client_capabilities.workspace
        edit = workspace.workspace_edit if workspace is not None else None
        return bool(edit is not None and edit.document_changes)

    # --------------------------------------------------------- diagnostics

    def publish(self, checked: Checked) -> None:
        """Tell the editor what is found."""
        if checked.error is not None and checked.error != self._error:
            self.window_show_message(types.ShowMessageParams(types.MessageType.Error, f"torchlint: {checked.error}"))
        self._error = checked.error
        document = checked.document
        versions = {text.uri: text.version for text in document.texts}
        found = diagnostics(self.places(checked))
        self._clear(self._told.get(document.uri, set()) - set(found))
        for uri, told in found.items():
            self.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, told, versions.get(uri)))
        self._told[document.uri] = set(found)

    def forget(self, document: Document | None) -> None:
        """A document was closed: nothing is said about it any more."""
        if document is not None:
            self.checker.closed(document)
            self._clear(self._told.pop(document.uri, set()))

    def _clear(self, uris: Iterable[str]) -> None:
        for uri in uris:
            self.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, []))

    def end(self) -> NoReturn:
        """End at once, whatever is being linted, with the status that the protocol wants."""
        os._exit(0 if self.is_shut_down else 1)


def create() -> Server:
    """A server that is not started yet."""
    search_rarely()
    server = Server()
    _listen_to_life(server)
    _listen_to_files(server)
    _listen_to_notebooks(server)
    _answer(server)
    return server


def _listen_to_life(server: Server) -> None:
    @server.feature(types.INITIALIZED)
    def initialized(params: types.InitializedParams) -> None:
        workspace = server.client_capabilities.workspace
        watching = workspace.did_change_watched_files if workspace is not None else None
        if watching is not None and watching.dynamic_registration:
            options = types.DidChangeWatchedFilesRegistrationOptions([types.FileSystemWatcher(WATCHED)])
            asked = types.Registration("torchlint-files", types.WORKSPACE_DID_CHANGE_WATCHED_FILES, options)
            server.client_register_capability(types.RegistrationParams([asked]))
            server.files_are_watched = True

    @server.feature(types.SHUTDOWN)
    def shutdown(params: Any) -> None:
        server.is_shut_down = True

    @server.feature(types.EXIT)
    def exit_(params: Any) -> None:
        server.end()


def _listen_to_files(server: Server) -> None:
    @server.feature(types.TEXT_DOCUMENT_DID_OPEN)
    def opened(params: types.DidOpenTextDocumentParams) -> None:
        document = server.documents.open(params.text_document)
        if document is not None:
            server.checker.changed(document, 0)

    @server.feature(types.TEXT_DOCUMENT_DID_CHANGE)
    def changed(params: types.DidChangeTextDocumentParams) -> None:
        document = server.documents.change(params, server.workspace.position_codec)
        if document is not None:
            server.checker.changed(document)

    @server.feature(types.TEXT_DOCUMENT_DID_SAVE)
    def saved(params: types.DidSaveTextDocumentParams) -> None:
        _saved(server, params.text_document.uri)

    @server.feature(types.TEXT_DOCUMENT_DID_CLOSE)
    def closed(params: types.DidCloseTextDocumentParams) -> None:
        server.forget(server.documents.close(params.text_document.uri))

    @server.feature(types.WORKSPACE_DID_CHANGE_WATCHED_FILES)
    def files_changed(params: types.DidChangeWatchedFilesParams) -> None:
        paths = [path_of(change.uri) for change in params.changes]
        if all(change.type == types.FileChangeType.Changed for change in params.changes):
            server.checker.files_changed(path for path in paths if path is not None)
        else:
            server.checker.files_came_or_went()

    @server.feature(types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS)
    def folders_changed(params: types.DidChangeWorkspaceFoldersParams) -> None:
        server.checker.files_came_or_went()


def _saved(server: Server, uri: str) -> None:
    document = server.documents.get(uri)
    if not server.files_are_watched:
        # whatever else has changed on the disk: now is the time to see it
        server.checker.files_came_or_went()
    if document is not None:
        server.checker.changed(document, 0)


def _listen_to_notebooks(server: Server) -> None:
    @server.feature(types.NOTEBOOK_DOCUMENT_DID_OPEN)
    def opened(params: types.DidOpenNotebookDocumentParams) -> None:
        server.checker.changed(server.documents.open_notebook(params), 0)

    @server.feature(types.NOTEBOOK_DOCUMENT_DID_CHANGE)
    def changed(params: types.DidChangeNotebookDocumentParams) -> None:
        document = server.documents.change_notebook(params, server.workspace.position_codec)
        if document is not None:
            server.checker.changed(document)

    @server.feature(types.NOTEBOOK_DOCUMENT_DID_SAVE)
    def saved(params: types.DidSaveNotebookDocumentParams) -> None:
        _saved(server, params.notebook_document.uri)

    @server.feature(types.NOTEBOOK_DOCUMENT_DID_CLOSE)
    def closed(params: types.DidCloseNotebookDocumentParams) -> None:
        server.forget(server.documents.close_notebook(params))


def _answer(server: Server) -> None:
    @server.feature(types.TEXT_DOCUMENT_HOVER)
    async def hovered(params: types.HoverParams) -> types.Hover | None:
        checked = await server.checker.current(params.text_document.uri)
        if checked is None:
            return None
        place = types.Range(params.position, params.position)
        return hover(server.places(checked).touched(params.text_document.uri, place))

    @server.feature(types.TEXT_DOCUMENT_CODE_ACTION, types.CodeActionOptions(code_action_kinds=list(actions.KINDS)))
    async def asked(params: types.CodeActionParams) -> list[types.CodeAction]:
        uri, only = params.text_document.uri, params.context.only
        checked = await server.checker.current(uri)
        if checked is None:
            return []
        places, versioned = server.places(checked), server.compares_versions
        found: list[types.CodeAction | None] = []
        if actions.wants(only, types.CodeActionKind.QuickFix.value):
            touched = [finding for finding, _ in places.touched(uri, params.range)]
            for finding in touched:
                if finding.fix is not None:
                    fixed = await server.checker.fixed(checked, [finding], unsafe=True)
                    found.append(actions.quick_fix(finding, fixed, places, versioned) if fixed else None)
            found += [actions.silencing(finding, places, versioned) for finding in touched]
        safe = actions.safely_fixable(checked.findings)
        if safe and actions.wants_all_fixed(only):
            fixed = await server.checker.fixed(checked, safe, unsafe=False)
            found.append(actions.fix_all(fixed, places, versioned) if fixed else None)
        return [action for action in found if action is not None]
