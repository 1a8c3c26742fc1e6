"""What is open in the editor, with changes that are not saved yet."""

from __future__ import annotations

import io
import json
import re
import tokenize
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from lsprotocol import types
from pygls.uris import to_fs_path, uri_scheme
from pygls.workspace import PositionCodec

from torchlint.source import code_texts, joined, shown_path

#: A line with its end. The protocol knows these ends alone, `str.splitlines` many more.
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+\Z")

_NOTEBOOK = ".ipynb"


def split_lines(text: str) -> Sequence[str]:
    return _LINE.findall(text)


@dataclass(frozen=True)
class Text:
    """The text of a Python file, or of one code cell of a notebook."""

    uri: str
    text: str
    version: int | None

    @cached_property
    def lines(self) -> Sequence[str]:
        return split_lines(self.text)


@dataclass(frozen=True)
class Document:
    """A Python file or a notebook as it stands in the editor."""

    uri: str
    #: None for one that was never saved
    path: Path | None
    #: one text, or those of the code cells in order
    texts: tuple[Text, ...]

    @property
    def is_notebook(self) -> bool:
        return self.uri.endswith(_NOTEBOOK)

    @property
    def shown(self) -> str:
        """The name that findings in it have."""
        return shown_path(self.path) if self.path is not None else self.uri

    @cached_property
    def data(self) -> bytes:
        """The bytes that would be saved; of a notebook, as far as the linter reads them."""
        if not self.is_notebook:
            return _encoded(self.texts[0].text)
        cells = [{"cell_type": "code", "source": text.text} for text in self.texts]
        return json.dumps({"cells": cells, "metadata": {"language_info": {"name": "python"}}}).encode()

    def split(self, data: bytes) -> list[str]:
        """The texts in bytes of the same form as `data`."""
        if self.is_notebook:
            return [joined(text) for text in code_texts(json.loads(data))]
        return [data.decode(_encoding(data))]

    def text_of(self, cell: int | None) -> Text:
        return self.texts[cell - 1 if cell is not None else 0]


def _encoding(data: bytes) -> str:
    """The encoding that a text asks for in its PEP 263 cookie, else UTF-8."""
    try:
        return tokenize.detect_encoding(io.BytesIO(data).readline)[0]
    except (SyntaxError, LookupError, ValueError):
        return "utf-8"


def _encoded(text: str) -> bytes:
    data = text.encode("utf-8", "surrogatepass")
    try:
        return text.encode(_encoding(data))
    except (UnicodeError, LookupError):
        return data


class Documents:
    """The open documents, by the URI of the file or notebook."""

    def __init__(self) -> None:
        self._open: dict[str, Document] = {}
        self._texts: dict[str, Text] = {}
        #: the cells of notebooks in order, and the notebook that a cell belongs to
        self._cells: dict[str, list[types.NotebookCell]] = {}
        self._notebooks: dict[str, str] = {}

    def __iter__(self) -> Iterator[Document]:
        return iter(self._open.values())

    def get(self, uri: str) -> Document | None:
        """The document with a URI, or the notebook with such a cell."""
        return self._open.get(self._notebooks.get(uri, uri))

    def at(self, path: Path) -> Document | None:
        return next((document for document in self._open.values() if document.path == path), None)

    # --------------------------------------------------------------- files

    def open(self, item: types.TextDocumentItem) -> Document | None:
        """Take note of a file; None if it isn't Python."""
        if item.language_id != "python" and not item.uri.endswith((".py", ".pyi")):
            return None
        return self._put(Document(item.uri, path_of(item.uri), (Text(item.uri, item.text, item.version),)))

    def change(self, params: types.DidChangeTextDocumentParams, codec: PositionCodec) -> Document | None:
        known = self._open.get(params.text_document.uri)
        if known is None:
            return None
        text = _changed(known.texts[0], params.content_changes, params.text_document.version, codec)
        return self._put(Document(known.uri, known.path, (text,)))

    def close(self, uri: str) -> Document | None:
        """Forget a document; it is returned if there was one."""
        document = self._open.pop(uri, None)
        if document is not None:
            for text in document.texts:
                self._notebooks.pop(text.uri, None)
        return document

    def _put(self, document: Document) -> Document:
        self._open[document.uri] = document
        return document

    # ----------------------------------------------------------- notebooks

    def open_notebook(self, params: types.DidOpenNotebookDocumentParams) -> Document:
        self._keep(params.cell_text_documents)
        self._cells[params.notebook_document.uri] = list(params.notebook_document.cells)
        return self._arrange(params.notebook_document.uri)

    def change_notebook(self, params: types.DidChangeNotebookDocumentParams, codec: PositionCodec) -> Document | None:
        uri, change = params.notebook_document.uri, params.change.cells
        if uri not in self._cells:
            return None
        if change is not None and change.structure is not None:
            moved = change.structure.array
            self._cells[uri][moved.start : moved.start + moved.delete_count] = moved.cells or ()
            self._keep(change.structure.did_open or ())
        for changed in (change.text_content or ()) if change is not None else ():
            known = self._texts.get(changed.document.uri)
            if known is not None:
                self._texts[known.uri] = _changed(known, changed.changes, changed.document.version, codec)
        return self._arrange(uri)

    def close_notebook(self, params: types.DidCloseNotebookDocumentParams) -> Document | None:
        self._cells.pop(params.notebook_document.uri, None)
        for cell in params.cell_text_documents:
            self._texts.pop(cell.uri, None)
        return self.close(params.notebook_document.uri)

    def _arrange(self, uri: str) -> Document:
        """The notebook with its code cells in order."""
        code = [cell.document for cell in self._cells[uri] if cell.kind == types.NotebookCellKind.Code]
        texts = tuple(self._texts[cell] for cell in code if cell in self._texts)
        self.close(uri)
        self._notebooks |= {text.uri: uri for text in texts}
        return self._put(Document(uri, path_of(uri), texts))

    def _keep(self, items: Iterable[types.TextDocumentItem]) -> None:
        for item in items:
            # a cell of another language counts as an empty one
            text = item.text if item.language_id == "python" else ""
            self._texts[item.uri] = Text(item.uri, text, item.version)


def _changed(
    text: Text, changes: Iterable[types.TextDocumentContentChangeEvent], version: int, codec: PositionCodec
) -> Text:
    whole = text.text
    for change in changes:
        if isinstance(change, types.TextDocumentContentChangePartial):
            lines = split_lines(whole)
            start, end = (_offset(lines, place, codec) for place in (change.range.start, change.range.end))
            whole = whole[:start] + change.text + whole[end:]
        else:
            whole = change.text
    return Text(text.uri, whole, version)


def _offset(lines: Sequence[str], place: types.Position, codec: PositionCodec) -> int:
    if place.line >= len(lines):
        return sum(map(len, lines))
    found = codec.position_from_client_units(lines, place)
    return sum(map(len, lines[: found.line])) + found.character


def path_of(uri: str) -> Path | None:
    """The real path of a file on the disk."""
    path = to_fs_path(uri) if uri_scheme(uri) == "file" else None
    return Path(path).resolve() if path else None
