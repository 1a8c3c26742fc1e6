"""Pages that people wrote: those of docs/, and what stands in the root of the repository."""

from __future__ import annotations

import re
from pathlib import Path

#: Files of the root, and the pages that they become.
ROOT_FILES = {"README.md": "index.md", "CONTRIBUTING.md": "contributing.md", "CHANGELOG.md": "changelog.md"}

_LINK = re.compile(r"\]\((?!https?://|#)([^)\s#]+)(#[^)\s]*)?\)")


def pages(root: Path) -> dict[str, str]:
    docs = root / "docs"
    found = {file.relative_to(docs).as_posix(): file.read_text(encoding="utf-8") for file in sorted(docs.rglob("*.md"))}
    for name, page in ROOT_FILES.items():
        found[page] = _LINK.sub(_on_the_site, (root / name).read_text(encoding="utf-8"))
    return found


def _on_the_site(link: re.Match[str]) -> str:
    """A link as it has to be seen from docs/, where the page comes to lie."""
    target = link[1].removeprefix("docs/")
    return f"]({ROOT_FILES.get(target, target)}{link[2] or ''})"
