"""The page of a rule, where the pointer rests on a finding."""

from __future__ import annotations

from collections.abc import Iterable

from lsprotocol import types

from torchlint.findings import NO_RULES, Finding


def hover(findings: list[tuple[Finding, types.Range]]) -> types.Hover | None:
    if not findings:
        return None
    parts = [_told(finding) for finding, _ in findings]
    parts += _pages(dict.fromkeys(finding.code for finding, _ in findings))
    return types.Hover(types.MarkupContent(types.MarkupKind.Markdown, "\n\n---\n\n".join(parts)), findings[0][1])


def _told(finding: Finding) -> str:
    help_text = f"\n\n{finding.help}" if finding.help else ""
    return f"**{finding.code}** {finding.name}: {finding.message}{help_text}"


def _pages(codes: Iterable[str]) -> list[str]:
    from torchlint.pages import markdown
    from torchlint.rules import all_rules

    pages = {rule.code: markdown(rule) for rule in all_rules()}
    return [pages[code] for code in codes if code not in NO_RULES and code in pages]
