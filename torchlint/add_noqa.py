"""Writes `# noqa: TLN201` where findings are, and nothing else."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterable

from torchlint.findings import NO_RULES, Finding
from torchlint.rewriting import NotPossibleError, Replacement, Written
from torchlint.source import Source, UnreadableError, source_from_text
from torchlint.suppression import INLINE, Line, physical_lines


def with_noqa(source: Source, findings: Iterable[Finding]) -> bytes:
    """The bytes of a file with comments that silence findings. Raises `NotPossibleError`."""
    written = Written.of(source)
    data = written.replace(_insertions(source, findings, written))
    try:
        new = source_from_text(data, source.path, source.file)
    except UnreadableError as error:
        raise NotPossibleError(error.message) from None
    if _meaning(new.text) != _meaning(source.text):
        raise NotPossibleError("a comment there would change the program")
    return data


def _insertions(source: Source, findings: Iterable[Finding], written: Written) -> list[Replacement]:
    codes: dict[Line, list[str]] = {}
    lines = {row: line for line in physical_lines(source.text, {}) for row in range(line.first_row, line.last_row + 1)}
    for finding in findings:
        row = source.row(finding.location.cell, finding.location.row)
        if finding.code not in NO_RULES:
            codes.setdefault(lines.get(row, Line(row, row)), []).append(finding.code)
    python = source.lines
    return [
        _insertion(line, sorted(set(found)), written)
        for line, found in codes.items()
        # a command to IPython is left alone: what follows it is its argument
        if written.row(line.last_row).strip() == python[line.last_row - 1].strip()
    ]


def _insertion(line: Line, codes: list[str], written: Written) -> Replacement:
    row = written.row(line.last_row)
    listed = ", ".join(codes)
    noqa = INLINE.search(line.comment) if line.comment else None
    if noqa is not None and noqa["codes"] and line.comment:
        start = row.rfind(line.comment.rstrip())
        if start >= 0:
            return _inserted(line.last_row, start + noqa.end("codes"), f", {listed}")
    return _inserted(line.last_row, len(row.rstrip()), f"  # noqa: {listed}")


def _inserted(row: int, column: int, text: str) -> Replacement:
    return Replacement(row, column, row, column, text)


def _meaning(text: str) -> str:
    """The program, without its comments, as far as the running Python can read it."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            flags = ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
            return ast.dump(compile(text, "<source>", "exec", flags, dont_inherit=True))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ""
