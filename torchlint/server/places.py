"""Places as the protocol tells them: URIs, and positions in the units that the editor counts in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from lsprotocol import types
from pygls.uris import from_fs_path
from pygls.workspace import PositionCodec, ServerTextPosition, ServerTextRange

from torchlint.findings import Finding, Location
from torchlint.server.documents import Documents, Text, split_lines
from torchlint.server.projects import Checked
from torchlint.texts import Texts


@dataclass(frozen=True)
class Places:
    """Finds the places that one answer names."""

    checked: Checked
    documents: Documents
    codec: PositionCodec

    def text(self, location: Location) -> Text | None:
        """The open text that a place lies in."""
        document = self.checked.document
        if location.path != document.shown:
            other = self.documents.at(Path(location.path).absolute())
            if other is None:
                return None
            document = other
        index = location.cell - 1 if location.cell is not None else 0
        return document.texts[index] if index < len(document.texts) else None

    def touched(self, uri: str, span: types.Range) -> list[tuple[Finding, types.Range]]:
        """The findings that a part of a text touches, and where they are."""
        found = []
        for finding in self.checked.findings:
            text = self.text(finding.location)
            if text is not None and text.uri == uri:
                place = self.range(finding.location, text.lines)
                if place.start <= span.end and span.start <= place.end:
                    found.append((finding, place))
        return found

    def place(self, location: Location) -> types.Location | None:
        text = self.text(location)
        if text is not None:
            return types.Location(text.uri, self.range(location, text.lines))
        uri = from_fs_path(str(Path(location.path).absolute()))
        if uri is None:
            return None
        span = Texts({}).span(location)
        place = Location(location.path, span.row, span.column, span.end_row, span.end_column)
        return types.Location(uri, self.range(place, _saved_lines(location.path)))

    def range(self, location: Location, lines: Sequence[str]) -> types.Range:
        span = ServerTextRange(
            self._position(location, location.row, location.column, lines),
            self._position(location, location.end_row, location.end_column, lines),
        )
        return self.codec.range_to_client_units(lines, span)

    def _position(self, location: Location, row: int, column: int, lines: Sequence[str]) -> ServerTextPosition:
        # pygls wants a line for each position
        if row > len(lines):
            return ServerTextPosition(max(len(lines) - 1, 0), len(lines[-1].rstrip("\r\n")) if lines else 0)
        return ServerTextPosition(row - 1, column - 1 + self._margin(location, row, lines[row - 1]))

    def _margin(self, location: Location, row: int, line: str) -> int:
        """What IPython leaves out before a row of a cell that is indented as a whole."""
        source = self.checked.source
        if location.cell is None or source is None or location.path != self.checked.document.shown:
            return 0
        python, line = source.lines[source.row(location.cell, row) - 1], line.rstrip("\r\n")
        return len(line) - len(python) if line.endswith(python) else 0


def _saved_lines(path: str) -> Sequence[str]:
    try:
        return split_lines(Path(path).read_text(encoding="utf-8", errors="replace"))
    except OSError:
        return ()
