"""Fixes as code actions: one for a finding, and one for all that are safe. And a comment that silences a finding.

Each fix is applied to the document as `--fix` does it, and offered only where it holds what it promises.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Sequence

from lsprotocol import types
from pygls.workspace import PositionCodec, ServerTextPosition, ServerTextRange

from torchlint.add_noqa import with_noqa
from torchlint.findings import NO_RULES, Finding, applicable
from torchlint.fixing import Fixed
from torchlint.rewriting import NotPossibleError
from torchlint.server.diagnostics import diagnostic
from torchlint.server.documents import split_lines
from torchlint.server.places import Places

#: The kind of the action that applies all safe fixes.
FIX_ALL = "source.fixAll.torchlint"

KINDS = (types.CodeActionKind.QuickFix, FIX_ALL)


def wants(only: Sequence[types.CodeActionKind | str] | None, kind: str) -> bool:
    """Whether an editor that asks for some kinds alone (None: for all) wants this one."""
    return only is None or any(kind == asked or kind.startswith(f"{asked}.") for asked in map(_name, only))


def wants_all_fixed(only: Sequence[types.CodeActionKind | str] | None) -> bool:
    """Whether everything is to be fixed: only where that is asked for by name, on saving for instance."""
    return only is not None and wants(only, FIX_ALL)


def _name(kind: types.CodeActionKind | str) -> str:
    return kind.value if isinstance(kind, types.CodeActionKind) else kind


def quick_fix(finding: Finding, fixed: Fixed, places: Places, versioned: bool) -> types.CodeAction | None:
    """The fix of one finding, None if it does not hold what it promises."""
    if finding not in fixed.fixed or finding.fix is None:
        return None
    safe = finding.fix.safe
    title = f"{finding.code}: {finding.fix.message}{'' if safe else ' (unsafe)'}"
    return _about(finding, title, safe, _edit(fixed.source.data, places, versioned), places)


def silencing(finding: Finding, places: Places, versioned: bool) -> types.CodeAction | None:
    """A comment that silences one finding, None where there is no place for it."""
    source = places.checked.source
    if source is None or finding.code in NO_RULES:
        return None
    try:
        data = with_noqa(source, [finding])
    except NotPossibleError:
        return None
    if data == source.data:
        return None
    title = f"{finding.code}: silence it here with # noqa"
    return _about(finding, title, False, _edit(data, places, versioned), places)


def _about(
    finding: Finding, title: str, preferred: bool, edit: types.WorkspaceEdit, places: Places
) -> types.CodeAction:
    told = diagnostic(finding, places)
    return types.CodeAction(
        title=title,
        kind=types.CodeActionKind.QuickFix,
        diagnostics=[told] if told is not None else None,
        edit=edit,
        is_preferred=preferred,
    )


def safely_fixable(findings: Iterable[Finding]) -> list[Finding]:
    return [finding for finding in findings if applicable(finding, unsafe=False)]


def fix_all(fixed: Fixed, places: Places, versioned: bool) -> types.CodeAction | None:
    """All safe fixes at once, None if there is none."""
    if not fixed.fixed:
        return None
    return types.CodeAction(
        title="torchlint: apply all safe fixes",
        kind=FIX_ALL,
        edit=_edit(fixed.source.data, places, versioned),
    )


def _edit(data: bytes, places: Places, versioned: bool) -> types.WorkspaceEdit:
    """What makes a document hold `data`; `versioned` if the editor compares versions before it applies it."""
    document, changes = places.checked.document, {}
    for text, after in zip(document.texts, document.split(data), strict=True):
        if text.text != after:
            changes[text] = list(_line_edits(text.lines, after, places.codec))
    if not versioned:
        return types.WorkspaceEdit(changes={text.uri: edits for text, edits in changes.items()})
    return types.WorkspaceEdit(
        document_changes=[
            types.TextDocumentEdit(types.OptionalVersionedTextDocumentIdentifier(text.uri, text.version), edits)
            for text, edits in changes.items()
        ]
    )


def _line_edits(before: Sequence[str], text: str, codec: PositionCodec) -> Iterator[types.TextEdit]:
    """Edits of whole lines."""
    after = split_lines(text)
    for kind, start, end, new_start, new_end in difflib.SequenceMatcher(None, before, after).get_opcodes():
        if kind != "equal":
            span = ServerTextRange(_start(before, start), _start(before, end))
            yield types.TextEdit(codec.range_to_client_units(before, span), "".join(after[new_start:new_end]))


def _start(lines: Sequence[str], index: int) -> ServerTextPosition:
    if index < len(lines) or not lines or lines[-1].endswith(("\n", "\r")):
        return ServerTextPosition(index, 0)
    return ServerTextPosition(len(lines) - 1, len(lines[-1]))
